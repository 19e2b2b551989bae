/** Paths from a variable or from the item of a predicate: members of objects, and of each object of a list. */
import { contextFunctions } from './direct-functions.ts';
import { isPlain, isUnmodified, memberOf, undecided } from './direct-node.ts';
import type { Compile, Direct, Node, Scope } from './direct-node.ts';
import { truthOf } from './direct-operators.ts';

/** What one item comes to; undefined is left out. */
type Step = (item: unknown, scope: Scope) => unknown;

const stepOf = (node: Node): Step | null => {
  if (!isPlain(node)) return null;
  if (node['type'] === 'name') {
    const name = node['value'] as string;
    return (item) => memberOf(item, name);
  }
  if (node['type'] !== 'function' || (node['arguments'] as Node[]).length > 0) return null;
  const name = (node['procedure'] as Node)['value'] as string;
  const known = contextFunctions.get(name);
  if (known === undefined) return null;
  return (item, scope) => (scope.variables.has(name) ? undecided : known([item], scope));
};

/** A list of nothing is nothing, and a list of one is the one. */
const unwrapped = (items: readonly unknown[]): unknown => (items.length > 1 ? items : items[0]);

const ofSteps =
  (start: Direct, steps: readonly Step[]): Direct =>
  (scope) => {
    let value = start(scope);
    for (const step of steps) {
      if (value === undecided || value === undefined) return value;
      if (!Array.isArray(value)) {
        value = step(value, scope);
        continue;
      }
      const found = value.map((item) => step(item, scope));
      if (found.includes(undecided)) return undecided;
      const results = found.filter((result) => result !== undefined);
      // Lists become one, but one that is all there is stays as it is.
      value = unwrapped(results.length > 1 ? results.flat() : results);
    }
    return value;
  };

/** `$list[…]`, where what is in the brackets is true or false of each item. */
const filtered =
  (start: Direct, predicate: Direct): Direct =>
  (scope) => {
    const value = start(scope);
    if (value === undecided || value === undefined) return value;
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    const truths = items.map((item) => truthOf(predicate({ ...scope, item })));
    if (truths.includes(undefined)) return undecided;
    return unwrapped(items.filter((_, place) => truths[place]));
  };

/** @returns null for what only JSONata knows */
export const compileVariable = (node: Node, compile: Compile): Direct | null => {
  const name = node['value'] as string;
  if (!isUnmodified(node)) return null;
  const value: Direct =
    name === 'states'
      ? ({ states }) => states
      : ({ variables }) => {
          const variable = variables.get(name);
          return variable === undefined ? undecided : variable.value;
        };
  const predicates = (node['predicate'] ?? []) as readonly { readonly expr: Node }[];
  return predicates.reduce((start, { expr }) => filtered(start, compile(expr)), value);
};

/** @returns null for what only JSONata knows */
export const compilePath = (node: Node, compile: Compile): Direct | null => {
  const [first, ...rest] = node['steps'] as Node[];
  if (first === undefined) return null;
  const isAbsolute = first['type'] === 'variable';
  const start = isAbsolute ? compileVariable(first, compile) : ({ item }: Scope) => item;
  const steps = (isAbsolute ? rest : [first, ...rest]).map(stepOf);
  if (start === null || steps.includes(null)) return null;
  return ofSteps(start, steps as Step[]);
};
