import * as z from 'zod';
import { longestSubject } from '../batches/manifest-lines.ts';
import { outcomes } from '../batches/batch.ts';
import { grantName } from './api.ts';

/** The shapes of the batch API: they validate requests, type the answers, and go into docs/openapi.json. */

const subject = z
  .string()
  .min(1)
  .max(longestSubject)
  .describe('A `sub`, `issuerAlias:sub`, or username.');

export const batchRequest = z
  .strictObject({
    grant: grantName,
    subjects: z.array(subject).min(1).max(300).optional(),
    manifest: z
      .strictObject({
        key: z
          .string()
          .min(1)
          .max(1024)
          .describe('Below `batches/<client>/` in the bucket of the deployment.'),
        format: z.enum(['csv', 'jsonl']).optional().describe('By default as the key ends.'),
      })
      .optional(),
  })
  .refine((body) => (body.subjects === undefined) !== (body.manifest === undefined), {
    error: 'one of subjects and manifest',
  });

export const batchId = z.string().regex(/^[0-9a-f-]{32,36}$/);

export const batchQuery = z.strictObject({
  cursor: z.string().min(1).max(1024).optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
});

const count = z.int().nonnegative();

const batchFields = {
  batchId: z.string(),
  grant: z.string(),
  client: z.string(),
  status: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
  partial: z
    .boolean()
    .describe('It has ended, and another attempt may help some subject: it can be resumed.'),
  reason: z.string().optional().describe('What ended it, as docs/errors.md lists it.'),
  progress: z.strictObject({
    total: count.nullable().describe('Lines of the manifest; null until they were counted.'),
    done: count,
  }),
  counts: z.strictObject({ minted: count, cached: count, denied: count, failed: count }),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
} as const;

export const batchAnswer = z.strictObject(batchFields);
export type BatchAnswer = z.infer<typeof batchAnswer>;

export const batchReport = z.strictObject({
  ...batchFields,
  outcomes: z.array(
    z.strictObject({
      subject: z.string().describe('As the list spells it.'),
      outcome: z.enum(outcomes),
      reason: z.string().optional().describe('As docs/errors.md lists it.'),
      sessionId: z.string().optional(),
    }),
  ),
  nextCursor: z.string().optional().describe('For the next page; absent on the last.'),
});
export type BatchReport = z.infer<typeof batchReport>;
