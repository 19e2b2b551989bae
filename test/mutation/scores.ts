/** What became of mutants. Killed by a test, or by its never ending; the others were noticed by nothing. */
export interface Counts {
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  readonly noCoverage: number;
}

const counted: Readonly<Record<string, keyof Counts>> = {
  Killed: 'killed',
  Timeout: 'timedOut',
  Survived: 'survived',
  NoCoverage: 'noCoverage',
};

export const noCounts: Counts = { killed: 0, timedOut: 0, survived: 0, noCoverage: 0 };

/**
 * @param statuses as Stryker names them, one for each mutant
 * @throws Error where a mutant was not tried: a score without it would say too much
 */
export const countsOf = (statuses: readonly string[]): Counts => {
  const counts = { ...noCounts };
  for (const status of statuses) {
    const name = counted[status];
    if (name === undefined) throw new Error(`a mutant was not tried: ${status}`);
    counts[name] += 1;
  }
  return counts;
};

export const sumOf = (one: Counts, other: Counts): Counts => ({
  killed: one.killed + other.killed,
  timedOut: one.timedOut + other.timedOut,
  survived: one.survived + other.survived,
  noCoverage: one.noCoverage + other.noCoverage,
});

const totalOf = ({ killed, timedOut, survived, noCoverage }: Counts): number =>
  killed + timedOut + survived + noCoverage;

/** Percent of all mutants, those that no test reaches included; 100 of none. */
export const scoreOf = (counts: Counts): number =>
  totalOf(counts) === 0 ? 100 : (100 * (counts.killed + counts.timedOut)) / totalOf(counts);

/** In Markdown. */
export const tableOf = (rows: readonly (readonly [string, Counts])[]): string =>
  [
    '| room | mutants | killed | timed out | survived | no coverage | score |',
    '| ---- | ------- | ------ | --------- | -------- | ----------- | ----- |',
    ...rows.map(([room, counts]) => {
      const { killed, timedOut, survived, noCoverage } = counts;
      const numbers = [totalOf(counts), killed, timedOut, survived, noCoverage].map(String);
      return `| ${[room, ...numbers, `${scoreOf(counts).toFixed(1)} %`].join(' | ')} |`;
    }),
  ].join('\n');
