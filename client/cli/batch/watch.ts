import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { BatchAnswer } from '../../../core/contracts/batch-answers.ts';
import { patienceMillisOf } from '../ask-broker.ts';
import { formatOf, type Run } from '../command.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { printOne } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { askBatch } from './ask-batches.ts';

const pollMillis = 1000;
/** A batch goes on while nobody watches: an outage of some minutes is no end of watching. */
const defaultPatienceMillis = 300_000;
const widestBar = 30;
const narrowestBar = 5;
/** Of a terminal that does not say. */
const usualColumns = 80;
const eraseLine = '\r\u001b[K';

/**
 * How far it is, in one line; the bar only once the list is counted, and as wide as the terminal leaves room: a line that
 * wraps cannot be written over.
 * @param columns of the terminal; null where there is none, and then no bar
 */
export const lineOf = (
  { status, progress, counts }: Pick<BatchAnswer, 'status' | 'progress' | 'counts'>,
  columns: number | null,
): string => {
  const { done, total } = progress;
  const share = total === null ? null : total === 0 ? 1 : Math.min(1, done / total);
  const percent = share === null ? '' : ` (${String(Math.floor(share * 100))} %)`;
  const kinds = Object.entries(counts).map(([name, count]) => `${name} ${String(count)}`);
  const text = `${status} ${String(done)}/${total === null ? '?' : String(total)}${percent}: ${kinds.join(', ')}`;
  if (columns === null) return text;
  const room = columns - 1;
  const width = Math.min(widestBar, room - text.length - '[] '.length);
  if (share === null || width < narrowestBar) return text.slice(0, room);
  const filled = Math.floor(share * width);
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${text}`;
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
    const line = lineOf(batch, isInteractive ? process.stderr.columns || usualColumns : null);
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
