import type { DecisionAnswer } from '../../core/contracts/api-answers.ts';
import { printMany, type OutputFormat } from './output.ts';
import type { Terminal } from './terminal.ts';

/** What became of every rule, a line for each. */
export const printTrace = (
  terminal: Terminal,
  format: OutputFormat,
  trace: NonNullable<DecisionAnswer['trace']>,
): void => {
  terminal.out('\n');
  printMany(
    terminal,
    format,
    ['grant', 'use fits', 'client listed', 'rule', 'effect', 'matched', 'failed'],
    trace.flatMap(({ grant, useFits, clientListed, rules }) =>
      rules.map(({ rule, effect, matched, failedCondition }) => ({
        grant,
        'use fits': useFits,
        'client listed': clientListed,
        rule,
        effect,
        matched,
        failed: failedCondition,
      })),
    ),
  );
};
