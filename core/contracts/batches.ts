import * as z from '../zod.ts';
import { longestSubject } from '../batches/manifest-lines.ts';
import { outcomes } from '../batches/batch.ts';
import { grantName } from './api.ts';

/** The shapes of the batch API: they validate requests, type the answers, and go into docs/openapi.json. */

const subject = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(longestSubject),
    z.describe('A `sub`, `issuerAlias:sub`, or username.'),
  );

export const batchRequest = z
  .strictObject({
    grant: grantName,
    subjects: z.optional(z.array(subject).check(z.minLength(1), z.maxLength(300))),
    manifest: z.optional(
      z.strictObject({
        key: z
          .string()
          .check(
            z.minLength(1),
            z.maxLength(1024),
            z.describe('Below `batches/<client>/` in the bucket of the deployment.'),
          ),
        format: z
          .optional(z.enum(['csv', 'jsonl']))
          .check(z.describe('By default as the key ends.')),
      }),
    ),
  })
  .check(
    z.refine((body) => (body.subjects === undefined) !== (body.manifest === undefined), {
      error: 'one of subjects and manifest',
    }),
  );

export const batchId = z.string().check(z.regex(/^[0-9a-f-]{32,36}$/));

export const batchQuery = z.strictObject({
  cursor: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
  limit: z.optional(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(1000))),
});

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
