/**
 * Parses JSON that must mean the same to every reader: no duplicate keys, no deep nesting.
 * `JSON.parse` keeps the last of two equal keys, other parsers the first; a token may not depend on that.
 * @returns undefined when the text is not such JSON
 * @see RFC 8259 §4 (names within an object should be unique), RFC 7519 §4
 */
export const parseStrictJson = (text: string, maximumDepth = 8): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return isUnambiguous(text, maximumDepth) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** What opens or closes something, or begins a string; all between means nothing here. */
const marks = /["{}[\]]/g;

/** Walks text that is known to be JSON, keeping the keys seen in each open object. */
const isUnambiguous = (text: string, maximumDepth: number): boolean => {
  const open: (Set<string> | null)[] = [];
  let at = nextMark(text, 0);
  while (at !== -1) {
    const character = text[at];
    let next = at + 1;
    if (character === '"') {
      next = endOfString(text, at);
      const keys = open.at(-1);
      if (keys && isKey(text, next)) {
        const key = keyOf(text.slice(at, next));
        if (keys.has(key)) return false;
        keys.add(key);
      }
    } else if (character === '{') open.push(new Set());
    else if (character === '[') open.push(null);
    else open.pop();
    if (open.length > maximumDepth) return false;
    at = nextMark(text, next);
  }
  return true;
};

const nextMark = (text: string, from: number): number => {
  marks.lastIndex = from;
  return marks.exec(text)?.index ?? -1;
};

/** Decoded, because "a" and "\u0061" are the same key. */
const keyOf = (quoted: string): string =>
  quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);

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
