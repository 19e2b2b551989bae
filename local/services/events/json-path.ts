/** The JSON paths of targets: dots, names, indices and `[*]`. */
import type { JsonNode } from './pattern/json-nodes.ts';

type Step = { readonly name: string } | { readonly index: number } | 'every';

const stepForm = /^(?:\.([\w/-]+)|\[(\d+)\]|(\[\*\]|\.\*)|\['([^']+)'\])/u;

/** Null where it is not a path that EventBridge reads. */
export const jsonPathOf = (path: string): readonly Step[] | null => {
  if (!path.startsWith('$')) return null;
  const steps: Step[] = [];
  let rest = path.slice(1);
  while (rest !== '') {
    const found = stepForm.exec(rest);
    if (found === null) return null;
    const [whole, name, index, every, quoted] = found;
    if (every !== undefined) steps.push('every');
    else if (index !== undefined) steps.push({ index: Number(index) });
    else steps.push({ name: name ?? quoted ?? '' });
    rest = rest.slice(whole.length);
  }
  return steps;
};

const follow = (node: JsonNode, step: Step): readonly JsonNode[] => {
  if (step === 'every') {
    if (node.kind === 'array') return node.items;
    return node.kind === 'object' ? node.members.map(({ value }) => value) : [];
  }
  if ('index' in step) return node.kind === 'array' ? node.items.slice(step.index).slice(0, 1) : [];
  const member =
    node.kind === 'object' ? node.members.findLast(({ name }) => name === step.name) : undefined;
  return member === undefined ? [] : [member.value];
};

/** What the path selects: undefined where nothing is there, an array where it has a wildcard. */
export const selectByPath = (node: JsonNode, path: readonly Step[]): JsonNode | undefined => {
  let found: readonly JsonNode[] = [node];
  for (const step of path) found = found.flatMap((from) => follow(from, step));
  if (!path.includes('every')) return found[0];
  return { kind: 'array', items: found, seenAt: node.seenAt, endsAt: node.endsAt };
};

/** JSON text; numbers as they were written. */
export const jsonText = (node: JsonNode): string => {
  switch (node.kind) {
    case 'object': {
      const members = node.members.map(
        ({ name, value }) => `${JSON.stringify(name)}:${jsonText(value)}`,
      );
      return `{${members.join(',')}}`;
    }
    case 'array':
      return `[${node.items.map(jsonText).join(',')}]`;
    case 'string':
      return JSON.stringify(node.text);
    case 'number':
    case 'literal':
      return node.text;
  }
};
