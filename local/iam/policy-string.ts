/** Policy strings as they are read: literal text, wildcards and variables. */
export type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  /** The key in lower case. */
  | { readonly kind: 'variable'; readonly key: string; readonly fallback: string | null };

export const arnFieldCount = 6;

const escapes = new Set(['*', '?', '$']);
const variableForm = /^\s*([^,']*[^,'\s])\s*(?:,\s*'([^']*)'\s*)?$/u;

const variableToken = (inner: string): Token | null => {
  if (escapes.has(inner)) return { kind: 'text', text: inner };
  const match = variableForm.exec(inner);
  const key = match?.[1];
  return key === undefined
    ? null
    : { kind: 'variable', key: key.toLowerCase(), fallback: match?.[2] ?? null };
};

const wildcards: ReadonlyMap<string, Token> = new Map([
  ['*', { kind: 'any' }],
  ['?', { kind: 'one' }],
]);

/** @param variables off in documents of the version 2008-10-17, where `${…}` is text like any other */
export const tokensOf = (source: string, variables: boolean): readonly Token[] => {
  const tokens: Token[] = [];
  let textFrom = 0;
  let at = 0;
  const take = (token: Token, end: number): void => {
    if (at > textFrom) tokens.push({ kind: 'text', text: source.slice(textFrom, at) });
    tokens.push(token);
    textFrom = at = end;
  };
  while (at < source.length) {
    const end = variables && source.startsWith('${', at) ? source.indexOf('}', at) : -1;
    const variable = end === -1 ? null : variableToken(source.slice(at + 2, end));
    const wildcard = wildcards.get(source.charAt(at));
    if (variable !== null) take(variable, end + 1);
    else if (wildcard !== undefined) take(wildcard, at + 1);
    else at += 1;
  }
  if (at > textFrom) tokens.push({ kind: 'text', text: source.slice(textFrom) });
  return tokens;
};

/** Cut at the policy's own colons, never at those of a substituted value; the last field keeps its colons. */
export const arnFieldsOf = (tokens: readonly Token[]): readonly (readonly Token[])[] => {
  const fields: Token[][] = [[]];
  for (const token of tokens) {
    let rest = token;
    while (rest.kind === 'text' && fields.length < arnFieldCount) {
      const colon = rest.text.indexOf(':');
      if (colon === -1) break;
      fields.at(-1)?.push({ kind: 'text', text: rest.text.slice(0, colon) });
      fields.push([]);
      rest = { kind: 'text', text: rest.text.slice(colon + 1) };
    }
    fields.at(-1)?.push(rest);
  }
  return fields;
};
