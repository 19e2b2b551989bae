/** Tests of strings: wildcards, and comparison that ignores case. */

export type TextTest = (text: string) => boolean;

const wildcardSegments = (written: string): readonly string[] => {
  const segments: string[] = [];
  let segment = '';
  // AWS counts from the opening quote, in bytes.
  const positionOf = (index: number): string =>
    String(Buffer.byteLength(written.slice(0, index)) + 1);
  for (let index = 0; index < written.length; index += 1) {
    const character = written[index] ?? '';
    const following = written[index + 1];
    if (character === '*') {
      if (following === '*')
        throw new RangeError(`Consecutive wildcard characters at pos ${positionOf(index)}`);
      segments.push(segment);
      segment = '';
      continue;
    }
    let literal = character;
    if (character === '\\') {
      if (following !== '*' && following !== '\\')
        throw new RangeError(`Invalid escape character at pos ${positionOf(index)}`);
      literal = following;
      index += 1;
    }
    segment += literal;
  }
  return [...segments, segment];
};

/**
 * `*` stands for any characters or none; `\*` and `\\` for themselves. Linear in the text's length for each segment.
 * @throws RangeError with AWS's reason
 */
export const wildcardTest = (written: string): TextTest => {
  const segments = wildcardSegments(written);
  const first = segments[0] ?? '';
  if (segments.length === 1) return (text) => text === first;
  const last = segments.at(-1) ?? '';
  const between = segments.slice(1, -1);
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let from = first.length;
    for (const segment of between) {
      const found = text.indexOf(segment, from);
      if (found === -1) return false;
      from = found + segment.length;
    }
    return text.length - last.length >= from;
  };
};

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/gu, '\\$&');

/** Each character as itself in lower or upper case, so that `ß` is also `SS`, as with AWS. */
const anyCase = (written: string): string =>
  written
    .split('')
    .map((character) => {
      const forms = new Set([character.toLowerCase(), character.toUpperCase()]);
      return `(?:${[...forms].map(escaped).join('|')})`;
    })
    .join('');

export const ignoringCase = (written: string, place: 'whole' | 'start' | 'end'): TextTest => {
  const form = new RegExp(
    `${place === 'end' ? '' : '^'}${anyCase(written)}${place === 'start' ? '' : '$'}`,
    's',
  );
  return (text) => form.test(text);
};
