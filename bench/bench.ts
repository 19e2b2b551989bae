/** One measured path. Its file exports this as `bench`, and bench/run.ts lists it. */
export interface Bench {
  readonly name: string;
  readonly measure: (options: BenchOptions) => Promise<readonly Figure[]>;
}

export interface BenchOptions {
  /** Fewer rounds and smaller loads: to see that it runs, not to quote. */
  readonly quick: boolean;
  readonly progress: (line: string) => void;
}

/** What was measured, once per round. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** What the issue that asked for the figure wants of the median. */
  readonly bar?: { readonly atLeast: number } | { readonly atMost: number };
  /** Where it is a time: what the fastest 0.5, 1.5 … 99.5 % of all rounds took at most, in milliseconds. */
  readonly millisByShare?: readonly number[];
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

export const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((one, other) => one - other)[
    Math.min(values.length - 1, Math.floor(values.length * share))
  ] ?? Number.NaN;
