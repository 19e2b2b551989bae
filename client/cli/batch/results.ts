import { Option, type Command } from 'commander';
import type { BatchReport } from '../../../core/contracts/batch-answers.ts';
import { formatOf, type Run } from '../command.ts';
import { printMany } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { askReport } from './ask-batches.ts';

type Outcome = BatchReport['outcomes'][number];

const outcomes = ['minted', 'cached', 'denied', 'failed'] as const;
const pageSize = 1000;

const results = async (
  terminal: Terminal,
  batchId: string,
  { outcome }: { readonly outcome?: Outcome['outcome'] },
  command: Command,
): Promise<undefined> => {
  const found: Outcome[] = [];
  let cursor: string | undefined;
  let status: BatchReport['status'];
  do {
    const page = await askReport(terminal, command, batchId, { limit: pageSize, cursor });
    found.push(
      ...page.outcomes.filter((each) => outcome === undefined || each.outcome === outcome),
    );
    cursor = page.nextCursor;
    status = page.status;
  } while (cursor !== undefined);
  printMany(
    terminal,
    formatOf(terminal, command),
    ['subject', 'outcome', 'reason', 'sessionId'],
    found,
  );
  if (status === 'running') terminal.tell('It is still running: there will be more.');
  return undefined;
};

export const defineResults = (parent: Command, run: Run): void => {
  parent
    .command('results <id>')
    .summary('what came of each subject')
    .addOption(new Option('--outcome <outcome>', 'only these').choices(outcomes))
    .action(run(results));
};
