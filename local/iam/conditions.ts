/** Whether a statement's condition block holds for a request. */
import { comparisons, negations } from './condition-operators.ts';
import type { Comparison } from './condition-operators.ts';
import { asList } from './policy.ts';
import type { ConditionBlock } from './policy.ts';
import type { PatternRules } from './pattern.ts';

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

/**
 * Whether one value of the request stands against all policy values of the key.
 * A negated test over a variable without a value fails for an Allow and holds for a Deny: both ways closed.
 */
const holdsFor = (
  value: string,
  expected: readonly string[],
  operator: Operator & { compare: Comparison },
  rules: PatternRules,
  effect: 'Allow' | 'Deny',
): boolean => {
  const results = expected.map((one) => operator.compare(one, value, rules));
  if (!operator.negated) return results.includes(true);
  if (effect === 'Allow' && results.includes('unresolved')) return false;
  return !results.includes(true);
};

const keyHolds = (
  operator: Operator,
  values: readonly string[] | undefined,
  expected: readonly string[],
  rules: PatternRules,
  effect: 'Allow' | 'Deny',
): boolean => {
  const { compare } = operator;
  if (compare === 'null-check')
    return expected.some((one) => (one.toLowerCase() === 'true') === (values === undefined));
  if (values === undefined)
    return (
      operator.ifExists ||
      operator.quantifier === 'ForAllValues' ||
      (operator.negated && operator.quantifier !== 'ForAnyValue')
    );
  const test = (value: string): boolean =>
    holdsFor(value, expected, { ...operator, compare }, rules, effect);
  if (operator.quantifier === 'ForAllValues') return values.every(test);
  if (operator.quantifier === 'ForAnyValue') return values.some(test);
  // Without a quantifier a list behaves as "any" for a positive test and "none" for a negated one.
  return operator.negated ? values.every(test) : values.some(test);
};

/** An operator that is not known holds for a Deny and for no Allow: what cannot be judged closes. */
export const conditionsHold = (
  block: ConditionBlock | undefined,
  rules: PatternRules,
  effect: 'Allow' | 'Deny',
): boolean =>
  Object.entries(block ?? {}).every(([name, tests]) => {
    const operator = operatorOf(name);
    if (operator === null) return effect === 'Deny';
    return Object.entries(tests).every(([key, expected]) =>
      keyHolds(operator, rules.keys.get(key), asList(expected).map(String), rules, effect),
    );
  });
