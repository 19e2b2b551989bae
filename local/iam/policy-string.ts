/** Policy strings as they are read: literal text, wildcards and variables, once for each string. */
import { keptAnswers } from '../kept-answers.ts';

export type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback: string | null };

/** A matcher's parts: one character each, or a wildcard. */
export type Matcher = readonly (string | { readonly wildcard: 'any' | 'one' })[];

export interface Pattern {
  readonly tokens: readonly Token[];
  /** What it matches where no variable is in it; null where that depends on the request. */
  readonly fixed: Matcher | null;
}

export interface PolicyString extends Pattern {
  /** Cut at the policy's own colons, never at those of a substituted value; the last field keeps its colons. */
  readonly arnFields: readonly Pattern[];
}

export const arnFieldCount = 6;

const escapes = new Set(['*', '?', '$']);
const variableForm = /^\s*([^,']*[^,'\s])\s*(?:,\s*'([^']*)'\s*)?$/u;

const variableToken = (inner: string): Token | null => {
  if (escapes.has(inner)) return { kind: 'text', text: inner };
  const match = variableForm.exec(inner);
  const key = match?.[1];
  return key === undefined ? null : { kind: 'variable', key, fallback: match?.[2] ?? null };
};

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

const fixedMatcherOf = (tokens: readonly Token[]): Matcher | null => {
  const matcher: Matcher[number][] = [];
  for (const token of tokens) {
    if (token.kind === 'variable') return null;
    if (token.kind === 'text') matcher.push(...Array.from(token.text));
    else matcher.push({ wildcard: token.kind });
  }
  return matcher;
};

const patternOf = (tokens: readonly Token[]): Pattern => ({
  tokens,
  fixed: fixedMatcherOf(tokens),
});

const fieldsOf = (tokens: readonly Token[]): readonly (readonly Token[])[] => {
  const fields: Token[][] = [[]];
  for (const token of tokens) {
    const cuts = token.kind === 'text' && token.text === ':' && fields.length < arnFieldCount;
    if (cuts) fields.push([]);
    else fields.at(-1)?.push(token);
  }
  return fields;
};

// Every call is judged by the same few roles' policies, beside one session policy of its own.
const mostReadings = 4096;
const withVariables = keptAnswers<PolicyString>(mostReadings);
const withoutVariables = keptAnswers<PolicyString>(mostReadings);

/** @param variables off in documents of the version 2008-10-17, where `${…}` is text like any other */
export const readPolicyString = (source: string, variables: boolean): PolicyString => {
  const known = variables ? withVariables : withoutVariables;
  const found = known.get(source);
  if (found !== undefined) return found;
  const tokens = tokensOf(source, variables);
  return known.keep(source, {
    ...patternOf(tokens),
    arnFields: fieldsOf(tokens).map(patternOf),
  });
};
