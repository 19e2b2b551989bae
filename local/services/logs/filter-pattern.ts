/**
 * Filter patterns of CloudWatch Logs: terms and quoted phrases that must all occur (`-` must not, of
 * several with `?` one must), and equality on members of a JSON message: `{ $.a.b = "c" && $.d = 1 }`.
 */
import { AwsError } from '../../aws.ts';

export type MessageFilter = (message: string) => boolean;

const invalidPattern = (): AwsError =>
  new AwsError('InvalidParameterException', 'Invalid filter pattern');

/** A quoted text or a bare word; `"` and `\` are escaped within quotes. */
const unquote = (text: string): string =>
  text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;

const termsFilter = (pattern: string): MessageFilter => {
  const tokens = pattern.match(/[-?]?"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const required: string[] = [];
  const excluded: string[] = [];
  const alternatives: string[] = [];
  for (const token of tokens) {
    if (/^[-?]?"/.test(token) && !/^[-?]?"(?:[^"\\]|\\.)*"$/.test(token)) throw invalidPattern();
    if (token.startsWith('-')) excluded.push(unquote(token.slice(1)));
    else if (token.startsWith('?')) alternatives.push(unquote(token.slice(1)));
    else required.push(unquote(token));
  }
  return (message) =>
    required.every((term) => message.includes(term)) &&
    !excluded.some((term) => message.includes(term)) &&
    (alternatives.length === 0 || alternatives.some((term) => message.includes(term)));
};

/** `*` in the wanted value stands for anything. */
const valueMatcher = (wanted: string): ((value: unknown) => boolean) => {
  const parts = wanted.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`, 's');
  return (value) =>
    (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') &&
    expression.test(String(value));
};

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

const jsonFilter = (pattern: string): MessageFilter => {
  const comparison = /^\s*\$((?:\.[\w-]+|\[\d+\])+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s"&|!=<>{}()]+)\s*/;
  const tests: { path: string[]; matches: (value: unknown) => boolean }[] = [];
  let rest = pattern.slice(1, -1);
  for (;;) {
    const match = comparison.exec(rest);
    const [whole = '', path = '', wanted = ''] = match ?? [];
    if (match === null) throw invalidPattern();
    tests.push({ path: path.match(/[\w-]+/g) ?? [], matches: valueMatcher(unquote(wanted)) });
    rest = rest.slice(whole.length);
    if (rest === '') break;
    if (!rest.startsWith('&&')) throw invalidPattern();
    rest = rest.slice('&&'.length);
  }
  return (message) => {
    let document: unknown;
    try {
      document = JSON.parse(message);
    } catch {
      return false;
    }
    return tests.every(({ path, matches }) => matches(path.reduce(memberOf, document)));
  };
};

/** @throws AwsError InvalidParameterException when the pattern is malformed, or of a kind that is not read here */
export const filterOf = (pattern: string): MessageFilter => {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('{')) {
    if (!text.endsWith('}')) throw invalidPattern();
    return jsonFilter(text);
  }
  if (text.startsWith('[') || text.startsWith('%')) throw invalidPattern();
  return termsFilter(text);
};
