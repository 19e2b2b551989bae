/**
 * The commonest expressions, answered without JSONata's evaluator, which waits for a promise at each node: members of
 * variables, comparisons, conditions, sums, and a few functions. Whatever has more than one meaning (lists, objects
 * compared, other types) is left to JSONata.
 */
import { directFunctions } from './direct-functions.ts';
import type { Scope } from './direct-functions.ts';
import { operators, truthOf, undecided } from './direct-operators.ts';

type Node = Readonly<Record<string, unknown>>;

/** Gives JSON, undefined where JSONata finds nothing, or `undecided`. */
type Direct = (scope: Scope) => unknown;

/** Fields of an AST node that change what it means by itself. */
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

const never: Direct = () => undecided;

const member = (value: unknown, name: string): unknown => {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value) || (name in value && !Object.hasOwn(value, name))) return undecided;
  return (value as Record<string, unknown>)[name];
};

const ofVariable = (node: Node): Direct => {
  const name = node['value'] as string;
  if (name === '' || name === '$') return never;
  if (name === 'states') return ({ states }) => states;
  return ({ variables }) => {
    const variable = variables.get(name);
    return variable === undefined ? undecided : variable.value;
  };
};

const ofPath = (node: Node): Direct => {
  const [first, ...rest] = node['steps'] as Node[];
  if (first?.['type'] !== 'variable' || node['keepSingletonArray'] === true) return never;
  if (!isPlain(first) || !rest.every((step) => step['type'] === 'name' && isPlain(step)))
    return never;
  const start = ofVariable(first);
  const names = rest.map((step) => step['value'] as string);
  return (scope) => {
    let value = start(scope);
    for (const name of names) {
      if (value === undecided) return undecided;
      value = member(value, name);
    }
    return value;
  };
};

const logical = (left: Direct, right: Direct, deciding: boolean): Direct => {
  return (scope) => {
    const before = truthOf(left(scope));
    if (before === undefined) return undecided;
    return before === deciding ? deciding : (truthOf(right(scope)) ?? undecided);
  };
};

const ofBinary = (node: Node): Direct => {
  const left = ofNode(node['lhs'] as Node);
  const right = ofNode(node['rhs'] as Node);
  const sign = node['value'] as string;
  if (sign === 'and') return logical(left, right, false);
  if (sign === 'or') return logical(left, right, true);
  const operator = operators[sign];
  return operator === undefined ? never : (scope) => operator(left(scope), right(scope));
};

const ofCondition = (node: Node): Direct => {
  const condition = ofNode(node['condition'] as Node);
  const yes = ofNode(node['then'] as Node);
  const no = node['else'] === undefined ? never : ofNode(node['else'] as Node);
  return (scope) => {
    const holds = truthOf(condition(scope));
    if (holds === undefined) return undecided;
    return holds ? yes(scope) : no(scope);
  };
};

const ofFunction = (node: Node): Direct => {
  const procedure = node['procedure'] as Node;
  const name = procedure['value'] as string;
  const taken = node['arguments'] as Node[];
  const known = procedure['type'] === 'variable' ? directFunctions.get(name) : undefined;
  if (known?.arity !== taken.length) return never;
  const argument = taken[0] === undefined ? () => undefined : ofNode(taken[0]);
  return (scope) => {
    const value = argument(scope);
    // A variable of that name hides the function.
    return value === undecided || scope.variables.has(name) ? undecided : known.give(value, scope);
  };
};

const ofNode = (node: Node): Direct => {
  if (!isPlain(node)) return never;
  switch (node['type']) {
    case 'string':
    case 'number':
    case 'value':
      return () => node['value'];
    case 'variable':
      return ofVariable(node);
    case 'path':
      return ofPath(node);
    case 'binary':
      return ofBinary(node);
    case 'condition':
      return ofCondition(node);
    case 'function':
      return ofFunction(node);
    case 'block': {
      const [only, ...others] = node['expressions'] as Node[];
      return only === undefined || others.length > 0 ? never : ofNode(only);
    }
    default:
      return never;
  }
};

/** @returns what gives the expression's JSON; undefined where JSONata must be asked */
export const compileDirect = (ast: unknown): Direct => {
  const direct = ofNode(ast as Node);
  return (scope) => {
    const value = direct(scope);
    return value === undecided ? undefined : value;
  };
};
