/** Questions to the API of batches. Its tokens are a machine's, so that the profile must be one. */
import type { Command } from 'commander';
import type { BatchAnswer, BatchReport } from '../../../core/contracts/batch-answers.ts';
import { askBroker, type Asking } from '../ask-broker.ts';
import { flagsOf } from '../command.ts';
import { findProfile } from '../find-profile.ts';
import type { Terminal } from '../terminal.ts';

interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export const batchPathOf = (batchId: string): string =>
  `/v1/batches/${encodeURIComponent(batchId)}`;

export const askBatches = async (
  terminal: Terminal,
  command: Command,
  question: Question,
  asking: Asking = {},
): Promise<BatchAnswer> => {
  const profile = await findProfile(terminal, flagsOf(command));
  const { body } = await askBroker(
    terminal,
    profile,
    'access',
    (broker, token) => broker.request({ ...question, token }),
    asking,
  );
  return body as unknown as BatchAnswer;
};

/** One page of its outcomes with the batch. */
export const askReport = async (
  terminal: Terminal,
  command: Command,
  batchId: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
  asking: Asking = {},
): Promise<BatchReport> =>
  (await askBatches(
    terminal,
    command,
    {
      method: 'GET',
      path: batchPathOf(batchId),
      query: { limit: String(page.limit), cursor: page.cursor },
    },
    asking,
  )) as BatchReport;

/** The batch without its outcomes. */
export const askBatch = async (
  terminal: Terminal,
  command: Command,
  batchId: string,
  asking: Asking = {},
): Promise<BatchAnswer> => {
  const report = await askReport(terminal, command, batchId, { limit: 1 }, asking);
  return Object.fromEntries(
    Object.entries(report).filter(([name]) => name !== 'outcomes' && name !== 'nextCursor'),
  ) as BatchAnswer;
};
