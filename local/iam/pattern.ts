/** How strings of policies meet values: wildcards match, variables are filled from the request. */
import { keptAnswers } from '../kept-answers.ts';
import type { ConditionKeys } from './condition-keys.ts';
import {
  arnFieldCount,
  readPolicyString,
  type Matcher,
  type Pattern,
  type Token,
} from './policy-string.ts';

/** A variable takes single-valued keys only, as on AWS. */
const valueOf = (token: Token & { kind: 'variable' }, keys: ConditionKeys): string | null => {
  const values = keys.get(token.key);
  return values?.length === 1 ? (values[0] ?? null) : token.fallback;
};

const matcherOf = ({ tokens, fixed }: Pattern, keys: ConditionKeys): Matcher | null => {
  if (fixed !== null) return fixed;
  const matcher: Matcher[number][] = [];
  for (const token of tokens) {
    if (token.kind === 'any' || token.kind === 'one') {
      matcher.push({ wildcard: token.kind });
      continue;
    }
    // A substituted value is text: a `*` inside it must not become a wildcard.
    const text = token.kind === 'text' ? token.text : valueOf(token, keys);
    if (text === null) return null;
    matcher.push(...Array.from(text));
  }
  return matcher;
};

const matches = (matcher: Matcher, value: string): boolean => {
  const characters = Array.from(value);
  let at = 0;
  let step = 0;
  let star = -1;
  let resumeAt = 0;
  // Greedy with one point of return: linear in practice, never exponential as a regular expression may be.
  while (at < characters.length) {
    const part = matcher[step];
    if (part !== undefined && typeof part !== 'string' && part.wildcard === 'any') {
      star = step;
      resumeAt = at;
      step += 1;
    } else if (part !== undefined && (typeof part !== 'string' || part === characters[at])) {
      step += 1;
      at += 1;
    } else if (star !== -1) {
      step = star + 1;
      resumeAt += 1;
      at = resumeAt;
    } else return false;
  }
  return matcher.slice(step).every((part) => typeof part !== 'string' && part.wildcard === 'any');
};

/** How one policy string meets one value: `unresolved` where a variable has no value. */
export type MatchResult = boolean | 'unresolved';

export interface PatternRules {
  readonly keys: ConditionKeys;
  readonly variables: boolean;
}

export const matchesPattern = (source: string, value: string, rules: PatternRules): MatchResult => {
  const matcher = matcherOf(readPolicyString(source, rules.variables), rules.keys);
  return matcher === null ? 'unresolved' : matches(matcher, value);
};

const withoutKeys: PatternRules = { keys: new Map(), variables: false };
const actionAnswers = keptAnswers<boolean>(4096);

/** In any case of letters, and without variables. Kept, as the same roles are asked for the same few actions. */
export const matchesAction = (pattern: string, action: string): boolean => {
  const question = `${pattern} ${action}`;
  return (
    actionAnswers.get(question) ??
    actionAnswers.keep(
      question,
      matchesPattern(pattern.toLowerCase(), action.toLowerCase(), withoutKeys) === true,
    )
  );
};

/** The string with its variables filled in and its wildcards as they stand; null where a variable has no value. */
export const resolvedText = (source: string, rules: PatternRules): string | null => {
  let text = '';
  for (const token of readPolicyString(source, rules.variables).tokens) {
    if (token.kind === 'any') text += '*';
    else if (token.kind === 'one') text += '?';
    else {
      const part = token.kind === 'text' ? token.text : valueOf(token, rules.keys);
      if (part === null) return null;
      text += part;
    }
  }
  return text;
};

/**
 * Compares field by field, so that a wildcard never reaches across a colon of the first five.
 * An ARN with fewer fields is completed with wildcards, as IAM does; a lone `*` is everything.
 */
export const matchesArn = (source: string, value: string, rules: PatternRules): MatchResult => {
  if (source === '*') return true;
  const valueParts = value.split(':');
  if (valueParts.length < arnFieldCount) return matchesPattern(source, value, rules);
  const valueFields = [
    ...valueParts.slice(0, arnFieldCount - 1),
    valueParts.slice(arnFieldCount - 1).join(':'),
  ];
  let result: MatchResult = true;
  for (const [index, field] of readPolicyString(source, rules.variables).arnFields.entries()) {
    const matcher = matcherOf(field, rules.keys);
    if (matcher === null) result = 'unresolved';
    else if (!matches(matcher, valueFields[index] ?? '')) return false;
  }
  return result;
};
