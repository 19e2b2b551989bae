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

/** Walks text that is known to be JSON, keeping the keys seen in each open object. */
const isUnambiguous = (text: string, maximumDepth: number): boolean => {
  const open: (Set<string> | null)[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (keys && isKey(text, end)) {
        // Decoded, because "a" and "\u0061" are the same key.
        const key = JSON.parse(text.slice(at, end)) as string;
        if (keys.has(key)) return false;
        keys.add(key);
      }
      at = end;
      continue;
    }
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(null);
    else if (character === '}' || character === ']') open.pop();
    if (open.length > maximumDepth) return false;
    at += 1;
  }
  return true;
};

/** Whether a colon follows, after any amount of white space. */
const isKey = (text: string, end: number): boolean => {
  let at = end;
  while (' \t\n\r'.includes(text[at] ?? 'x')) at += 1;
  return text[at] === ':';
};

const endOfString = (text: string, start: number): number => {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
};
