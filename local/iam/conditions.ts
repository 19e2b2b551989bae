/** Whether a statement's condition block holds for a request. */
import { valuesOf } from './condition-keys.ts';
import type { ConditionKeys } from './condition-keys.ts';
import { comparisons, negations } from './condition-operators.ts';
import type { Comparison } from './condition-operators.ts';
import type { Match } from './pattern.ts';
import { asList } from './policy.ts';
import type { ConditionBlock, PolicyStatement } from './policy.ts';

interface Operator {
  readonly quantifier: 'ForAllValues' | 'ForAnyValue' | null;
  readonly compare: Comparison | 'null-check';
  readonly negated: boolean;
  readonly ifExists: boolean;
}

const operatorForm = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/u;

const operatorOf = (name: string): Operator | null => {
  const match = operatorForm.exec(name);
  const base = match?.[2];
  if (base === undefined) return null;
  const positive = negations.get(base);
  const compare = base === 'Null' ? 'null-check' : comparisons.get(positive ?? base);
  if (compare === undefined) return null;
  return {
    quantifier: (match?.[1] ?? null) as Operator['quantifier'],
    compare,
    negated: positive !== undefined,
    ifExists: match?.[3] !== undefined,
  };
};

export const isConditionOperator = (name: string): boolean => operatorOf(name) !== null;

type Effect = PolicyStatement['Effect'];

/**
 * Whether one value of the request stands against all policy values of the key.
 * A negated test over a variable without a value fails for an Allow and holds for a Deny: both ways closed.
 */
const holdsFor = (
  value: string,
  expected: readonly Match[],
  negated: boolean,
  keys: ConditionKeys,
  effect: Effect,
): boolean => {
  if (!negated) return expected.some((match) => match(value, keys) === true);
  return expected.every((match) => {
    const result = match(value, keys);
    return result === false || (result === 'unresolved' && effect !== 'Allow');
  });
};

/** Whether a test, or a block of tests, holds for a request. */
type Condition = (keys: ConditionKeys) => boolean;

const conditionOf = (
  operator: Operator,
  key: string,
  expected: readonly string[],
  variables: boolean,
  effect: Effect,
): Condition => {
  const { compare, quantifier, negated, ifExists } = operator;
  if (compare === 'null-check')
    return (keys) =>
      expected.some(
        (one) => (one.toLowerCase() === 'true') === (valuesOf(keys, key) === undefined),
      );
  const matches = expected.map((one) => compare(one, variables));
  const withoutValues =
    ifExists || quantifier === 'ForAllValues' || (negated && quantifier !== 'ForAnyValue');
  // Without a quantifier a list behaves as "any" for a positive test and "none" for a negated one.
  const every = quantifier === 'ForAllValues' || (quantifier === null && negated);
  return (keys) => {
    const values = valuesOf(keys, key);
    if (values === undefined) return withoutValues;
    return values[every ? 'every' : 'some']((value) =>
      holdsFor(value, matches, negated, keys, effect),
    );
  };
};

/** An operator that is not known holds for a Deny and for no Allow: what cannot be judged closes. */
export const conditionsOf = (
  block: ConditionBlock | undefined,
  variables: boolean,
  effect: Effect,
): Condition => {
  const conditions = Object.entries(block ?? {}).flatMap(([name, tests]): readonly Condition[] => {
    const operator = operatorOf(name);
    if (operator === null) return [() => effect === 'Deny'];
    return Object.entries(tests).map(([key, expected]) =>
      conditionOf(operator, key.toLowerCase(), asList(expected).map(String), variables, effect),
    );
  });
  return (keys) => conditions.every((holds) => holds(keys));
};
