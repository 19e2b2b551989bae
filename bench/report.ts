import { cpus } from 'node:os';
import { median, type Figure } from './bench.ts';

export interface BenchResult {
  readonly bench: string;
  readonly figures: readonly Figure[];
}

/** For `--json`: everything that was measured, and where. */
export const jsonReport = (results: readonly BenchResult[]): string =>
  JSON.stringify(
    {
      machine: {
        processor: cpus()[0]?.model ?? '',
        cores: cpus().length,
        node: process.version,
      },
      results: results.map(({ bench, figures }) => ({
        bench,
        figures: figures.map((figure) => ({ ...figure, median: median(figure.values) })),
      })),
    },
    null,
    2,
  );

/** For reading: the median of each figure, its spread, and whether it meets its bar. */
export const textReport = (results: readonly BenchResult[]): string =>
  results
    .flatMap(({ bench, figures }) => [
      '',
      bench,
      ...figures.map(
        (figure) =>
          `  ${figure.name.padEnd(44)} ${numberOf(median(figure.values)).padStart(10)} ${figure.unit.padEnd(8)} ${spreadOf(figure)}${verdictOf(figure)}`,
      ),
    ])
    .join('\n');

const numberOf = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);

const spreadOf = ({ values }: Figure): string =>
  values.length < 2
    ? ''
    : `(${numberOf(Math.min(...values))} to ${numberOf(Math.max(...values))}, ${String(values.length)} rounds)`;

const verdictOf = ({ bar, values }: Figure): string => {
  if (bar === undefined) return '';
  return 'atLeast' in bar
    ? `  ${median(values) >= bar.atLeast ? 'meets' : 'misses'} ≥ ${numberOf(bar.atLeast)}`
    : `  ${median(values) <= bar.atMost ? 'meets' : 'misses'} ≤ ${numberOf(bar.atMost)}`;
};
