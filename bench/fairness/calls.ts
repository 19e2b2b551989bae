import { readFile } from 'node:fs/promises';

interface Call {
  readonly atEpochMillis: number;
  readonly operation: string;
  readonly whom: string;
}

/** The calls that a twin noted; a line that the kill cut off is none. */
export const readCalls = async (callsFile: string): Promise<readonly Call[]> =>
  (await readFile(callsFile, 'utf8')).split('\n').flatMap((line) => {
    const [at, operation, whom] = line.split(' ');
    if (operation === undefined || whom === undefined) return [];
    return [{ atEpochMillis: Number(at), operation, whom }];
  });

const countBy = <Item>(items: readonly Item[], keyOf: (item: Item) => string | number) => {
  const counts = new Map<string | number, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
};

const countsOfSeconds = (calls: readonly Call[]): readonly number[] => [
  ...countBy(calls, ({ atEpochMillis }) => Math.floor(atEpochMillis / 1000)).values(),
];

/** How many calls the fullest of the clock's seconds had. */
export const mostInOneSecond = (calls: readonly Call[]): number =>
  Math.max(0, ...countsOfSeconds(calls));

/** How many of the clock's seconds had so many calls. */
export const secondsWith = (calls: readonly Call[], count: number): number =>
  countsOfSeconds(calls).filter((each) => each >= count).length;

/** How often STS was asked for a session of each subject. @returns session name up to `+` (the `sub`) → times */
export const mintsBySub = (calls: readonly Call[]): ReadonlyMap<string | number, number> =>
  countBy(
    calls.filter(
      ({ operation, whom }) => operation === 'AssumeRoleWithWebIdentity' && whom.includes('+'),
    ),
    ({ whom }) => whom.slice(0, whom.indexOf('+')),
  );

/** @param fraction 0.99 for p99 @returns null of nothing */
export const quantileOf = (values: readonly number[], fraction: number): number | null =>
  [...values].sort((one, other) => one - other)[
    Math.max(0, Math.ceil(values.length * fraction) - 1)
  ] ?? null;
