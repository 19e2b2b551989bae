/**
 * The commonest expressions, answered without JSONata's evaluator, which waits for a promise at each node. Whatever has
 * more than one meaning (lists of lists, other types than a function is made for) is left to JSONata.
 */
import { compileConstructor } from './direct-constructors.ts';
import { directFunctions } from './direct-functions.ts';
import { isPlain, undecided } from './direct-node.ts';
import type { Direct, Node } from './direct-node.ts';
import { operators, truthOf } from './direct-operators.ts';
import { compilePath, compileVariable } from './direct-path.ts';

const never: Direct = () => undecided;

const logical = (left: Direct, right: Direct, deciding: boolean): Direct => {
  return (scope) => {
    const before = truthOf(left(scope));
    if (before === undefined) return undecided;
    return before === deciding ? deciding : (truthOf(right(scope)) ?? undecided);
  };
};

const ofBinary = (node: Node): Direct => {
  const left = compile(node['lhs'] as Node);
  const right = compile(node['rhs'] as Node);
  const sign = node['value'] as string;
  if (sign === 'and') return logical(left, right, false);
  if (sign === 'or') return logical(left, right, true);
  const operator = operators[sign];
  return operator === undefined ? never : (scope) => operator(left(scope), right(scope));
};

const ofCondition = (node: Node): Direct => {
  const condition = compile(node['condition'] as Node);
  const yes = compile(node['then'] as Node);
  const no = node['else'] === undefined ? never : compile(node['else'] as Node);
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
  const known = directFunctions.get(`${name}/${String(taken.length)}`);
  if (procedure['type'] !== 'variable' || known === undefined) return never;
  const terms = taken.map(compile);
  return (scope) => {
    const values = terms.map((term) => term(scope));
    // A variable of that name hides the function.
    return values.includes(undecided) || scope.variables.has(name)
      ? undecided
      : known(values, scope);
  };
};

const compile = (node: Node): Direct => {
  // A variable's predicates are its own.
  if (node['type'] === 'variable') return compileVariable(node, compile) ?? never;
  if (!isPlain(node)) return never;
  switch (node['type']) {
    case 'string':
    case 'number':
    case 'value':
      return () => node['value'];
    case 'path':
      return compilePath(node, compile) ?? never;
    case 'binary':
      return ofBinary(node);
    case 'unary':
      return compileConstructor(node, compile) ?? never;
    case 'condition':
      return ofCondition(node);
    case 'function':
      return ofFunction(node);
    case 'block': {
      const [only, ...others] = node['expressions'] as Node[];
      return only === undefined || others.length > 0 ? never : compile(only);
    }
    default:
      return never;
  }
};

/** @returns what gives the expression's JSON; undefined where JSONata must be asked */
export const compileDirect = (ast: unknown): Direct => {
  const direct = compile(ast as Node);
  return (scope) => {
    const value = direct(scope);
    return value === undecided ? undefined : value;
  };
};
