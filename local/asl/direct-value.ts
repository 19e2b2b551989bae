/**
 * The commonest expressions, answered without JSONata's asynchronous evaluator: `$variable.member…`
 * through objects, texts, and texts joined by `&`. Undefined means that JSONata must decide: a member is
 * missing, an array is on the way, or the expression is of another kind.
 */
import type { Variables } from './variables.ts';

type Node = Readonly<Record<string, unknown>>;

/** Fields of an AST node that change what a plain variable, name or text means. */
const modifiers = [
  'predicate',
  'stages',
  'group',
  'focus',
  'index',
  'tuple',
  'keepArray',
  'ancestor',
];

const isPlain = (node: Node): boolean => modifiers.every((field) => node[field] === undefined);

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

type Direct = (states: unknown, variables: Variables) => unknown;

const never: Direct = () => undefined;

const ofVariable = (node: Node): Direct => {
  const name = node['value'] as string;
  if (name === '' || name === '$') return never;
  return name === 'states' ? (states) => states : (_, variables) => variables.get(name)?.value;
};

const ofPath = (node: Node): Direct => {
  const [first, ...rest] = node['steps'] as Node[];
  if (first?.['type'] !== 'variable' || node['keepSingletonArray'] === true) return never;
  if (!isPlain(first) || !rest.every((step) => step['type'] === 'name' && isPlain(step)))
    return never;
  const start = ofVariable(first);
  const names = rest.map((step) => step['value'] as string);
  return (states, variables) => {
    let value = start(states, variables);
    for (const name of names) value = member(value, name);
    return value;
  };
};

const ofNode = (node: Node): Direct => {
  if (!isPlain(node)) return never;
  switch (node['type']) {
    case 'string':
      return () => node['value'];
    case 'variable':
      return ofVariable(node);
    case 'path':
      return ofPath(node);
    case 'binary': {
      if (node['value'] !== '&') return never;
      const left = ofNode(node['lhs'] as Node);
      const right = ofNode(node['rhs'] as Node);
      return (states, variables) => {
        const before = left(states, variables);
        if (typeof before !== 'string') return undefined;
        const after = right(states, variables);
        return typeof after === 'string' ? before + after : undefined;
      };
    }
    default:
      return never;
  }
};

export const compileDirect = (ast: unknown): Direct => ofNode(ast as Node);
