/** Times as `$states.context` tells them. */
let last = { epochMillis: 0, text: new Date(0).toISOString() };

/** Under load, tens of states are entered within a millisecond: the last text is kept. */
export const instantText = (epochMillis: number): string => {
  if (epochMillis !== last.epochMillis) {
    last = { epochMillis, text: new Date(epochMillis).toISOString() };
  }
  return last.text;
};
