/** Many subjects of one grant: batches of the broker, and a job for each subject. For machines that act for people. */
import type { Command } from 'commander';
import { examples, formatOf, type CommandModule, type Run } from '../command.ts';
import { printOne } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { askBatches, askBatch, batchPathOf } from './ask-batches.ts';
import { defineResults } from './results.ts';
import { defineRun } from './run.ts';
import { defineStart } from './start.ts';
import { defineWatch } from './watch.ts';

const status = async (
  terminal: Terminal,
  batchId: string,
  _: object,
  command: Command,
): Promise<undefined> => {
  const batch = await askBatch(terminal, command, batchId);
  printOne(terminal, formatOf(terminal, command), batch);
  return undefined;
};

const cancel = async (
  terminal: Terminal,
  batchId: string,
  _: object,
  command: Command,
): Promise<undefined> => {
  const batch = await askBatches(terminal, command, {
    method: 'DELETE',
    path: batchPathOf(batchId),
  });
  printOne(terminal, formatOf(terminal, command), batch);
  return undefined;
};

const resume = async (
  terminal: Terminal,
  batchId: string,
  _: object,
  command: Command,
): Promise<undefined> => {
  const batch = await askBatches(terminal, command, {
    method: 'POST',
    path: `${batchPathOf(batchId)}/resume`,
  });
  printOne(terminal, formatOf(terminal, command), batch);
  terminal.tell(`To follow it, run: stepkey batch watch ${batch.batchId}`);
  return undefined;
};

const defineOne = (
  parent: Command,
  run: Run,
  name: string,
  summary: string,
  work: typeof status,
): void => {
  parent.command(`${name} <id>`).summary(summary).action(run(work));
};

export const command: CommandModule = {
  define: (command, run) => {
    defineStart(command, run);
    defineOne(command, run, 'status', 'how far it is', status);
    defineWatch(command, run);
    defineResults(command, run);
    defineOne(command, run, 'cancel', 'stop it; what was minted stays', cancel);
    defineOne(command, run, 'resume', 'go on with what failed or was not begun', resume);
    defineRun(command, run);
    examples(
      command,
      'stepkey batch start --grant reports alice bob',
      'stepkey batch watch 0193…',
      'stepkey batch results 0193… --outcome denied',
      'stepkey batch run --subjects people.txt --grant reports --concurrency 4 --report done.jsonl -- ./report.sh',
    );
  },
};
