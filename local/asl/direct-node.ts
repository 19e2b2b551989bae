/** What the compilers of direct answers share. */
import type { Variables } from './variables.ts';

/** A node of JSONata's syntax tree. */
export type Node = Readonly<Record<string, unknown>>;

/** What an expression sees. */
export interface Scope {
  readonly states: unknown;
  readonly variables: Variables;
  readonly nowEpochMillis: number;
  /** The item that a predicate looks at; absent outside of predicates. */
  readonly item?: unknown;
}

/** Only JSONata knows. */
export const undecided = Symbol('undecided');

/** Gives JSON, undefined where JSONata finds nothing, or `undecided`. */
export type Direct = (scope: Scope) => unknown;

export type Compile = (node: Node) => Direct;

/** Fields of a node that change what it means by itself. */
const modifiers = ['stages', 'group', 'focus', 'index', 'tuple', 'keepArray', 'ancestor'];

export const isUnmodified = (node: Node): boolean =>
  modifiers.every((field) => node[field] === undefined);

export const isPlain = (node: Node): boolean =>
  isUnmodified(node) && node['predicate'] === undefined;

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member of one value: nothing where it is no object, or has none of that name. */
export const memberOf = (value: unknown, name: string): unknown => {
  if (Array.isArray(value)) return undecided;
  if (!isObject(value)) return undefined;
  return name in value && !Object.hasOwn(value, name) ? undecided : value[name];
};
