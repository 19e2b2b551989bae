/** What a full run leaves in docs/bench: everything that was measured, and the ratios as a plot. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { median } from './bench.ts';
import { barPlot, linePlot } from './plot.ts';
import { jsonReport, type BenchResult } from './report.ts';

const directory = new URL('../docs/bench/', import.meta.url);

const ratioPlot = (results: readonly BenchResult[]): string =>
  barPlot({
    title: 'Ours as a multiple of the reference in the same run',
    across: 'median of the rounds, with their spread; the mark is what is asked',
    bars: results
      .flatMap(({ figures }) => figures)
      .filter(({ unit, bar }) => unit === '×' && bar !== undefined && 'atLeast' in bar)
      .map(({ name, values, bar }) => ({
        name,
        value: median(values),
        spread: [Math.min(...values), Math.max(...values)] as const,
        ...(bar !== undefined && 'atLeast' in bar ? { bar: bar.atLeast } : {}),
      })),
  });

const shares = Array.from({ length: 100 }, (_, index) => index + 0.5);

/** How long the fastest so many per cent of the requests took. */
const latencyPlot = (results: readonly BenchResult[]): string =>
  linePlot({
    title: 'How long a hit takes, by connections at a time',
    across: 'per cent of the requests',
    up: 'milliseconds',
    lines: results
      .flatMap(({ figures }) => figures)
      .flatMap(({ name, millisByShare }) =>
        millisByShare === undefined
          ? []
          : [
              {
                name: name.replace(', p50', ''),
                points: shares.map((share, at) => [share, millisByShare[at] ?? 0] as const),
              },
            ],
      ),
  });

export const writeResults = (results: readonly BenchResult[]): void => {
  mkdirSync(directory, { recursive: true });
  writeFileSync(new URL('results.json', directory), `${jsonReport(results)}\n`);
  writeFileSync(new URL('ratios.svg', directory), ratioPlot(results));
  writeFileSync(new URL('latency.svg', directory), latencyPlot(results));
};
