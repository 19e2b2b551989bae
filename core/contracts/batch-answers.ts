import * as z from '../zod.ts';
import { outcomes } from '../batches/batch.ts';

const count = z.int().check(z.nonnegative());

const batchFields = {
  batchId: z.string(),
  grant: z.string(),
  client: z.string(),
  status: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
  partial: z
    .boolean()
    .check(
      z.describe('It has ended, and another attempt may help some subject: it can be resumed.'),
    ),
  reason: z.optional(z.string()).check(z.describe('What ended it, as docs/errors.md lists it.')),
  progress: z.strictObject({
    total: z
      .nullable(count)
      .check(z.describe('Lines of the manifest; null until they were counted.')),
    done: count,
  }),
  counts: z.strictObject({ minted: count, cached: count, denied: count, failed: count }),
  startedAt: z.iso.datetime(),
  endedAt: z.optional(z.iso.datetime()),
} as const;

export const batchAnswer = z.strictObject(batchFields);

export type BatchAnswer = z.infer<typeof batchAnswer>;

export const batchReport = z.strictObject({
  ...batchFields,
  outcomes: z.array(
    z.strictObject({
      subject: z.string().check(z.describe('As the list spells it.')),
      outcome: z.enum(outcomes),
      reason: z.optional(z.string()).check(z.describe('As docs/errors.md lists it.')),
      sessionId: z.optional(z.string()),
    }),
  ),
  nextCursor: z.optional(z.string()).check(z.describe('For the next page; absent on the last.')),
});

export type BatchReport = z.infer<typeof batchReport>;
