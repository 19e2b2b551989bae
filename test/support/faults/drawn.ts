/** A fixed sequence: what fails once fails again. */
export const drawn = (seed = 20_261_121): (<T>(values: readonly T[]) => T) => {
  let state = seed;
  return <T>(values: readonly T[]): T => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return values[Math.floor((state / 2_147_483_648) * values.length)] as T;
  };
};
