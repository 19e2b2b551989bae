/** The simulation as a page's data and plots. */
import { linePlot } from '../plot.ts';
import { chainedPerSecond } from './chains.ts';
import { costsOf, mintsOfAMillion, waysOf } from './conclusions.ts';
import type { Simulated } from './run-all.ts';
import { cells } from './scenarios.ts';

/** A file below docs/scale and what is in it. */
export type Files = Readonly<Record<string, string>>;

/** Mints by the minute of 10,000 subjects who were minted within one, before decision 31; every refresh within 300 s. */
interface Before {
  readonly mints: readonly number[];
}

const perMinutes = (series: readonly number[], minutes: number): readonly number[] =>
  Array.from(
    { length: Math.floor(series.length / minutes) },
    (_, index) =>
      series.slice(index * minutes, (index + 1) * minutes).reduce((sum, each) => sum + each, 0) /
      minutes,
  );

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

const byName = (all: readonly Simulated[]) => (name: string) => {
  const found = all.find(({ scenario }) => scenario.name === name);
  if (found === undefined) throw new TypeError(`The scenario ${name} was not run`);
  return found;
};

const plotMinutes = 10;
/** Shards of a table's stream: a new table has four, and one more for each thousand writes a second. */
const streamShards = [1, 4, 16];

const dayPlot = (day: Simulated, long: Simulated): string =>
  linePlot({
    title: 'Mints of a million subjects who ask for 10,000 sessions a second',
    across: 'hours',
    up: 'mints a second',
    lines: [day, long].map((each) => ({
      name:
        each === day
          ? `sessions of 1 hour, ${String(cells)} budgets of 50/s`
          : 'sessions of 12 hours, one budget of 50/s',
      points: perMinutes(each.measures.series.mints, plotMinutes).map(
        (mints, index) =>
          [
            ((index + 0.5) * plotMinutes) / 60,
            (mints / 60) * (1_000_000 / each.scenario.subjects),
          ] as const,
      ),
    })),
    marks: [
      { name: `${String(cells)} × 50/s`, at: cells * 50 },
      { name: '50/s', at: 50 },
    ],
  });

const massPlot = (mass: Simulated, before: Before): string => {
  const line = (name: string, mints: readonly number[]) => ({
    name,
    points: mints.map((each, index) => [index + 0.5, each / meanOf(mints)] as const),
  });
  return linePlot({
    title: 'After everybody was minted within one minute',
    across: 'minutes',
    up: 'mints, as a multiple of the mean',
    lines: [
      line('refreshed in the last third of use', mass.measures.series.mints),
      line('before: in the last 300 s', before.mints),
    ],
    marks: [{ name: '3 × the mean', at: 3 }],
  });
};

const coldPlot = ({ measures: { series } }: Simulated): string =>
  linePlot({
    title: 'A cell that begins with an empty table',
    across: 'minutes',
    up: 'share of the requests',
    lines: [
      {
        name: 'refused for the moment (503)',
        points: series.requests.map(
          (requests, index) => [index + 0.5, (series.refused[index] ?? 0) / requests] as const,
        ),
      },
    ],
  });

/** Everything, with the minutes of each scenario taken together by tens. */
const dataOf = (all: readonly Simulated[], conclusions: unknown): string =>
  JSON.stringify(
    {
      scenarios: all.map(({ scenario, measures: { series, ...measures }, tookSeconds }) => ({
        scenario,
        tookSeconds: Math.round(tookSeconds),
        measures,
        series: {
          minutes: plotMinutes,
          mints: perMinutes(series.mints, plotMinutes).map(Math.round),
          refused: perMinutes(series.refused, plotMinutes).map(Math.round),
        },
      })),
      conclusions,
    },
    (_, value: unknown) =>
      typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value,
    1,
  );

/** @returns what belongs below docs/scale */
export const filesOf = async (all: readonly Simulated[], before: Before): Promise<Files> => {
  const named = byName(all);
  const [day, long, mass] = [named('day'), named('long-sessions'), named('mass-mint')];
  const costs = await costsOf(day);
  const conclusions = {
    mintsPerSecondOfAMillion: {
      sessionsOfOneHour: mintsOfAMillion(day),
      sessionsOfTwelveHours: mintsOfAMillion(long),
    },
    ways: waysOf(day, long),
    costs,
    ledger: await Promise.all(
      streamShards.map(async (shards) => ({
        streamShards: shards,
        recordsPerSecond: await chainedPerSecond(shards),
      })),
    ),
  };
  return {
    'simulation.json': `${dataOf(all, conclusions)}\n`,
    'day.svg': dayPlot(day, long),
    'mass-mint.svg': massPlot(mass, before),
    'cold-cell.svg': coldPlot(named('cold-cell')),
    'cost.svg': linePlot({
      title: 'Cost of a million requests by hit ratio, us-east-1',
      across: 'hits, per cent of the requests',
      up: 'dollars',
      lines: [
        {
          name: 'hits and mints, without refreshes',
          points: costs.byHitRatio.map(([ratio, dollars]) => [100 * ratio, dollars] as const),
        },
      ],
    }),
  };
};
