/** An event as a rule sees it: leaves by path, each with the array elements that it lies in. */
import type { JsonNode } from './json-nodes.ts';
import type { LeafValue } from './value-tests.ts';

/** Which element of which array of objects: array number → index. */
export type Membership = ReadonlyMap<number, number>;

interface Leaf {
  readonly value: LeafValue;
  readonly membership: Membership;
}

export type EventFields = ReadonlyMap<string, readonly Leaf[]>;

const nowhere: Membership = new Map();

export const eventFields = (event: JsonNode): EventFields => {
  const fields = new Map<string, Leaf[]>();
  let arrays = 0;
  const visit = (node: JsonNode, path: string, membership: Membership): void => {
    if (node.kind === 'object') {
      for (const { name, value } of node.members)
        visit(value, path === '' ? name : `${path}.${name}`, membership);
    } else if (node.kind === 'array') {
      const array = arrays;
      arrays += 1;
      node.items.forEach((item, index) => {
        // Plain values of one array are a set; only what lies together in an object belongs together.
        const isNested = item.kind === 'object' || item.kind === 'array';
        visit(item, path, isNested ? new Map(membership).set(array, index) : membership);
      });
    } else {
      const leaves = fields.get(path) ?? [];
      leaves.push({ value: node, membership });
      fields.set(path, leaves);
    }
  };
  visit(event, '', nowhere);
  return fields;
};

/** Both together, or null where they lie in different elements of one array. */
export const joinedMembership = (left: Membership, right: Membership): Membership | null => {
  if (right.size === 0) return left;
  const joined = new Map(left);
  for (const [array, index] of right) {
    if ((joined.get(array) ?? index) !== index) return null;
    joined.set(array, index);
  }
  return joined;
};
