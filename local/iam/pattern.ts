/** How strings of policies meet values: read once, then wildcards match and variables are filled from each request. */
import { valuesOf } from './condition-keys.ts';
import type { ConditionKeys } from './condition-keys.ts';
import { tokensOf } from './policy-string.ts';
import type { Token } from './policy-string.ts';
import { anyCharacters, codePointsOf, oneCharacter, stepsMatch } from './wildcards.ts';
import type { Steps } from './wildcards.ts';

/** How one policy string meets one value: `unresolved` where a variable has no value. */
export type MatchResult = boolean | 'unresolved';
export type Match = (value: string, keys: ConditionKeys) => MatchResult;

type Variable = Token & { readonly kind: 'variable' };

/** A variable takes single-valued keys only, as on AWS. */
const valueOf = (variable: Variable, keys: ConditionKeys): string | null => {
  const values = valuesOf(keys, variable.key);
  return values?.length === 1 ? (values[0] ?? null) : variable.fallback;
};

/** The text of tokens without a wildcard or a variable among them. */
export const plainTextOf = (tokens: readonly Token[]): string | null => {
  let text = '';
  for (const token of tokens) {
    if (token.kind !== 'text') return null;
    text += token.text;
  }
  return text;
};

const stepsOf = (
  tokens: readonly Token[],
  valueFor: (variable: Variable) => string | null,
): Steps | null => {
  const steps: number[] = [];
  for (const token of tokens) {
    if (token.kind === 'any') steps.push(anyCharacters);
    else if (token.kind === 'one') steps.push(oneCharacter);
    else {
      // A substituted value is text: a `*` inside it must not become a wildcard.
      const text = token.kind === 'text' ? token.text : valueFor(token);
      if (text === null) return null;
      steps.push(...codePointsOf(text));
    }
  }
  return steps;
};

export const matchOf = (tokens: readonly Token[]): Match => {
  const text = plainTextOf(tokens);
  if (text !== null) return (value) => value === text;
  const fixed = stepsOf(tokens, () => null);
  if (fixed !== null) return (value) => stepsMatch(fixed, value);
  return (value, keys) => {
    const steps = stepsOf(tokens, (variable) => valueOf(variable, keys));
    return steps === null ? 'unresolved' : stepsMatch(steps, value);
  };
};

export const patternOf = (source: string, variables: boolean): Match =>
  matchOf(tokensOf(source, variables));

/** In any case of letters, and without variables. @returns a test of actions in lower case */
export const actionPatternOf = (source: string): ((lowerCaseAction: string) => boolean) => {
  const match = patternOf(source.toLowerCase(), false);
  return (action) => match(action, []) === true;
};

const wildcardText = { any: '*', one: '?' } as const;

/** The string with its variables filled in and its wildcards as they stand; null where a variable has no value. */
export const textOf = (
  source: string,
  variables: boolean,
): ((keys: ConditionKeys) => string | null) => {
  const parts = tokensOf(source, variables).map((token) => {
    if (token.kind === 'variable') return token;
    return token.kind === 'text' ? token.text : wildcardText[token.kind];
  });
  const filled = (valueFor: (variable: Variable) => string | null): string | null => {
    let text = '';
    for (const part of parts) {
      const piece = typeof part === 'string' ? part : valueFor(part);
      if (piece === null) return null;
      text += piece;
    }
    return text;
  };
  const fixed = filled(() => null);
  return fixed === null ? (keys) => filled((variable) => valueOf(variable, keys)) : () => fixed;
};
