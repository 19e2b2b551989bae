/** Chance with a seed: the same run twice gives the same numbers. */
export interface Chance {
  /** 0 ≤ number < 1. */
  readonly uniform: () => number;
  /** Time to the next event of a process with this mean time between events. */
  readonly exponential: (mean: number) => number;
  /** Events of a Poisson process of which `mean` are expected. */
  readonly poisson: (mean: number) => number;
  readonly normal: () => number;
}

/** Above it, Poisson's distribution is a normal one for every purpose here. */
const largeMean = 50;

/** @param seed a whole number; @see mulberry32, a public-domain generator of 32 bits of state */
export const createChance = (seed: number): Chance => {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    normal,
    exponential: (mean) => -mean * Math.log(1 - uniform()),
    poisson: (mean) => {
      if (mean > largeMean) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
      const limit = Math.exp(-mean);
      let count = 0;
      for (let product = uniform(); product > limit; product *= uniform()) count += 1;
      return count;
    },
  };
};
