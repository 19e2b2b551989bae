/**
 * Parses JSON that must mean the same to every reader: no duplicate keys, no key that is a prototype to some, no deep
 * nesting. `JSON.parse` keeps the last of two equal keys, other parsers the first; a token may not depend on that.
 * @returns undefined when the text is not such JSON
 * @see RFC 8259 §4 (names within an object should be unique), RFC 7519 §4
 */
export const parseStrictJson = (text: string, maximumDepth = 8): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return namesWritten(text) === namesKept(value, maximumDepth) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** How many names stand in the objects of a text that is known to be JSON. */
const namesWritten = (text: string): number => {
  let names = 0;
  let at = text.indexOf('"');
  while (at !== -1) {
    const end = endOfString(text, at);
    if (isKey(text, end)) names += 1;
    at = text.indexOf('"', end);
  }
  return names;
};

/**
 * How many of them are left when it was read: fewer where a name came twice. NaN, which equals nothing, for too deep a
 * value and for `__proto__`, which a reader that copies the object would take for its prototype.
 */
const namesKept = (value: unknown, levels: number): number => {
  if (typeof value !== 'object' || value === null) return 0;
  if (levels === 0 || Object.hasOwn(value, '__proto__')) return Number.NaN;
  let names = Array.isArray(value) ? 0 : Object.keys(value).length;
  for (const part of Object.values(value)) names += namesKept(part, levels - 1);
  return names;
};

/** Whether a colon follows, after any amount of white space. */
const isKey = (text: string, end: number): boolean => {
  let at = end;
  while (' \t\n\r'.includes(text[at] ?? 'x')) at += 1;
  return text[at] === ':';
};

const endOfString = (text: string, start: number): number => {
  let at = text.indexOf('"', start + 1);
  while (isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at + 1;
};

/** Whether an odd number of backslashes stands before it. */
const isEscaped = (text: string, at: number): boolean => {
  let first = at;
  while (text[first - 1] === '\\') first -= 1;
  return (at - first) % 2 === 1;
};
