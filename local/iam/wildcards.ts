/** Wildcards of policies: `*` for any characters, `?` for one. */

/** A pattern's steps: the code point of one character each, or a wildcard. */
export type Steps = readonly number[];

// No code point is negative.
export const anyCharacters = -1;
export const oneCharacter = -2;

const codePointAt = (text: string, at: number): number => text.codePointAt(at) ?? 0;

const widthOf = (codePoint: number): number => (codePoint > 0xff_ff ? 2 : 1);

export const codePointsOf = (text: string): number[] => {
  const codePoints: number[] = [];
  for (let at = 0; at < text.length; at += widthOf(codePointAt(text, at)))
    codePoints.push(codePointAt(text, at));
  return codePoints;
};

/** Greedy with one point of return: linear in practice, never exponential as a regular expression may be. */
export const stepsMatch = (steps: Steps, value: string): boolean => {
  let at = 0;
  let next = 0;
  let star = -1;
  let resumeAt = 0;
  while (at < value.length) {
    const step = steps[next];
    const codePoint = codePointAt(value, at);
    if (step === anyCharacters) {
      star = next;
      resumeAt = at;
      next += 1;
      if (next === steps.length) return true;
    } else if (step === codePoint || step === oneCharacter) {
      next += 1;
      at += widthOf(codePoint);
    } else if (star !== -1) {
      next = star + 1;
      resumeAt += widthOf(codePointAt(value, resumeAt));
      at = resumeAt;
    } else return false;
  }
  while (steps[next] === anyCharacters) next += 1;
  return next === steps.length;
};
