/** Strings of policies: literal text, wildcards, and variables that are filled from the request. */
import type { ConditionKeys } from './condition-keys.ts';

type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback: string | null };

/** What a compiled pattern is made of; adjacent texts are joined. */
type Matcher = readonly (string | { readonly wildcard: 'any' | 'one' })[];

const escapes = new Set(['*', '?', '$']);
const variableForm = /^\s*([^,']*[^,'\s])\s*(?:,\s*'([^']*)'\s*)?$/u;

const variableToken = (inner: string): Token | null => {
  if (escapes.has(inner)) return { kind: 'text', text: inner };
  const match = variableForm.exec(inner);
  const key = match?.[1];
  return key === undefined ? null : { kind: 'variable', key, fallback: match?.[2] ?? null };
};

/** Reads a policy string. Where variables are off (version 2008-10-17), `${…}` is text like any other. */
const tokensOf = (source: string, variables: boolean): readonly Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const end = variables && source.startsWith('${', at) ? source.indexOf('}', at) : -1;
    const token = end === -1 ? null : variableToken(source.slice(at + 2, end));
    if (token !== null) {
      tokens.push(token);
      at = end + 1;
      continue;
    }
    const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
    if (character === '*') tokens.push({ kind: 'any' });
    else if (character === '?') tokens.push({ kind: 'one' });
    else tokens.push({ kind: 'text', text: character });
    at += character.length;
  }
  return tokens;
};

/** A variable takes single-valued keys only, as on AWS. */
const valueOf = (token: Token & { kind: 'variable' }, keys: ConditionKeys): string | null => {
  const values = keys.get(token.key);
  return values?.length === 1 ? (values[0] ?? null) : token.fallback;
};

const matcherOf = (tokens: readonly Token[], keys: ConditionKeys): Matcher | null => {
  const matcher: (string | { readonly wildcard: 'any' | 'one' })[] = [];
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
  const matcher = matcherOf(tokensOf(source, rules.variables), rules.keys);
  return matcher === null ? 'unresolved' : matches(matcher, value);
};

/** The string with its variables filled in and its wildcards as they stand; null where a variable has no value. */
export const resolvedText = (source: string, rules: PatternRules): string | null => {
  let text = '';
  for (const token of tokensOf(source, rules.variables)) {
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

const arnFields = 6;

/** Cuts at the policy's own colons, never at those of a substituted value; the last field keeps its colons. */
const fieldsOf = (tokens: readonly Token[]): readonly (readonly Token[])[] => {
  const fields: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'text' && token.text === ':' && fields.length < arnFields) fields.push([]);
    else fields.at(-1)?.push(token);
  }
  return fields;
};

/**
 * Compares field by field, so that a wildcard never reaches across a colon of the first five.
 * An ARN with fewer fields is completed with wildcards, as IAM does; a lone `*` is everything.
 */
export const matchesArn = (source: string, value: string, rules: PatternRules): MatchResult => {
  if (source === '*') return true;
  const valueParts = value.split(':');
  if (valueParts.length < arnFields) return matchesPattern(source, value, rules);
  const valueFields = [
    ...valueParts.slice(0, arnFields - 1),
    valueParts.slice(arnFields - 1).join(':'),
  ];
  let result: MatchResult = true;
  for (const [index, field] of fieldsOf(tokensOf(source, rules.variables)).entries()) {
    const matcher = matcherOf(field, rules.keys);
    if (matcher === null) result = 'unresolved';
    else if (!matches(matcher, valueFields[index] ?? '')) return false;
  }
  return result;
};
