/** A batch as a row, and what became of its subjects as the rows below it. */
import {
  outcomes,
  type Batch,
  type OutcomeCounts,
  type SubjectOutcome,
} from '../core/batches/batch.ts';
import { StepkeyError } from '../core/errors.ts';
import * as z from '../core/zod.ts';
import { number, readNumber, readNumberOr, readText, type Row, text } from './rows.ts';

export const batchKeyOf = (batchId: string) => ({
  pk: text(`BATCH#${batchId}`),
  sk: text('BATCH'),
});
export const outcomePrefix = 'OUTCOME#';

const statusSchema = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED']);
const formatSchema = z.enum(['csv', 'jsonl']);
const outcomeSchema = z.enum(outcomes);

const checked = <T>(schema: z.ZodMiniType<T>, value: string): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new StepkeyError('Config.Invalid', { cause: new Error('a stored word is none of ours') });
};

const nullableText = (row: Row, attribute: string): string | null => {
  const value = readText(row, attribute);
  return value === '-' ? null : value;
};

export const batchOf = (row: Row): Batch => ({
  batchId: readText(row, 'batchId'),
  client: readText(row, 'client'),
  grant: readText(row, 'grant'),
  requestSha256: readText(row, 'requestSha256'),
  manifest: {
    key: readText(row, 'manifestKey'),
    format: checked(formatSchema, readText(row, 'manifestFormat')),
  },
  status: checked(statusSchema, readText(row, 'status')),
  run: readNumber(row, 'run'),
  total: readNumberOr(row, 'total', null),
  counts: {
    minted: readNumberOr(row, 'minted', 0),
    cached: readNumberOr(row, 'cached', 0),
    denied: readNumberOr(row, 'denied', 0),
    failed: readNumberOr(row, 'failed', 0),
  },
  reason: nullableText(row, 'reason'),
  startedAtEpochSeconds: readNumber(row, 'startedAtEpochSeconds'),
  endedAtEpochSeconds: readNumberOr(row, 'endedAtEpochSeconds', null),
});

export const subjectOutcomeOf = (row: Row): SubjectOutcome => ({
  subject: readText(row, 'sk').slice(outcomePrefix.length),
  outcome: outcomeOf(row),
  reason: nullableText(row, 'reason'),
  sessionId: nullableText(row, 'sessionId'),
});

export const countsAsAttributes = (counts: OutcomeCounts) => ({
  ':minted': number(counts.minted),
  ':cached': number(counts.cached),
  ':denied': number(counts.denied),
  ':failed': number(counts.failed),
});

export const outcomeOf = (row: Row): SubjectOutcome['outcome'] =>
  checked(outcomeSchema, readText(row, 'outcome'));
