/** `[…]` and `{…}` with names that are written out. */
import { undecided } from './direct-node.ts';
import type { Compile, Direct, Node } from './direct-node.ts';

const ofList =
  (items: readonly Direct[]): Direct =>
  (scope) => {
    const values = items.map((item) => item(scope));
    // Lists in a list become one with it, or not.
    if (values.some((value) => value === undecided || Array.isArray(value))) return undecided;
    return values.filter((value) => value !== undefined);
  };

const ofObject =
  (members: readonly (readonly [string, Direct])[]): Direct =>
  (scope) => {
    const object: Record<string, unknown> = {};
    for (const [name, member] of members) {
      const value = member(scope);
      if (value === undecided) return undecided;
      if (value !== undefined) object[name] = value;
    }
    return object;
  };

const nameOf = ([name]: readonly [Node, Node]): string | null =>
  name['type'] === 'string' && name['value'] !== '__proto__' ? (name['value'] as string) : null;

/** @returns null for what only JSONata knows */
export const compileConstructor = (node: Node, compile: Compile): Direct | null => {
  if (node['value'] === '[') return ofList((node['expressions'] as Node[]).map(compile));
  if (node['value'] !== '{') return null;
  const pairs = node['lhs'] as readonly (readonly [Node, Node])[];
  const names = pairs.map(nameOf);
  if (names.includes(null) || new Set(names).size < names.length) return null;
  return ofObject(pairs.map(([, value], place) => [String(names[place]), compile(value)] as const));
};
