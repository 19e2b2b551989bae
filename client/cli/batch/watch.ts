import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { BatchAnswer } from '../../../core/contracts/batches.ts';
import { patienceMillisOf } from '../ask-broker.ts';
import { formatOf, type Run } from '../command.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { printOne } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { askBatch } from './ask-batches.ts';

const pollMillis = 1000;
/** A batch goes on while nobody watches: an outage of some minutes is no end of watching. */
const defaultPatienceMillis = 300_000;
const barWidth = 30;
const eraseLine = '\r\u001b[K';

/** How far it is, in one line; the bar only once the list is counted. */
export const lineOf = (
  { status, progress, counts }: Pick<BatchAnswer, 'status' | 'progress' | 'counts'>,
  withBar: boolean,
): string => {
  const { done, total } = progress;
  const share = total === null ? null : total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.floor((share ?? 0) * barWidth);
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}] `;
  const percent = share === null ? '' : ` (${String(Math.floor(share * 100))} %)`;
  const kinds = Object.entries(counts).map(([name, count]) => `${name} ${String(count)}`);
  return `${withBar && share !== null ? bar : ''}${status} ${String(done)}/${total === null ? '?' : String(total)}${percent}: ${kinds.join(', ')}`;
};

/** 0 only where every subject has credentials. */
export const exitCodeOf = ({ status, counts }: Pick<BatchAnswer, 'status' | 'counts'>): ExitCode =>
  status === 'succeeded' && counts.denied === 0 && counts.failed === 0
    ? exitCodes.ok
    : exitCodes.incomplete;

const watch = async (
  terminal: Terminal,
  batchId: string,
  _: object,
  command: Command,
): Promise<ExitCode> => {
  const { isInteractive } = terminal;
  const patienceMillis = patienceMillisOf(terminal, defaultPatienceMillis);
  let shown = '';
  for (;;) {
    const batch = await askBatch(terminal, command, batchId, { patienceMillis, isQuiet: true });
    const line = lineOf(batch, isInteractive);
    if (isInteractive) process.stderr.write(`${eraseLine}${line}`);
    else if (line !== shown) terminal.tell(line);
    shown = line;
    if (batch.status !== 'running') {
      if (isInteractive) process.stderr.write('\n');
      printOne(terminal, formatOf(terminal, command), batch);
      return exitCodeOf(batch);
    }
    await sleep(pollMillis);
  }
};

export const defineWatch = (parent: Command, run: Run): void => {
  parent
    .command('watch <id>')
    .summary('show its progress to the end; exit code 8 where some subject got nothing')
    .action(run(watch));
};
