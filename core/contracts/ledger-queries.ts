import * as z from '../zod.ts';
import { outcomes } from '../ledger/listing.ts';
import { shardCount } from '../ledger/record.ts';

/** What auditors ask the ledger. */

const word = (maximum: number) =>
  z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(maximum),
      z.regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces'),
    );

const instant = z.pipe(
  z.iso.datetime({ offset: true, error: 'must be a date and time as 2026-11-21T12:00:00Z' }),
  z.transform((text) => Math.floor(Date.parse(text) / 1000)),
);

/** A number as a query has it. */
const count = (maximum: number) =>
  z
    .pipe(z.string().check(z.regex(/^[0-9]{1,12}$/, 'must be a number')), z.transform(Number))
    .check(z.refine((value) => value <= maximum, `must be at most ${String(maximum)}`));

export const issuancesQuery = z.strictObject({
  subject: z.optional(word(300)),
  client: z.optional(word(64)),
  actor: z.optional(word(64)),
  grant: z.optional(word(64)),
  identityId: z.optional(word(100)),
  accessKeyId: z.optional(word(64)),
  outcome: z.optional(z.enum(outcomes)),
  from: z.optional(instant).check(z.describe('From this second on.')),
  to: z.optional(instant).check(z.describe('Before this second.')),
  limit: z.optional(count(100).check(z.refine((value) => value > 0, 'must be at least 1'))),
  cursor: z.optional(word(2100)),
  format: z.optional(z.enum(['json', 'jsonl', 'csv'])),
});

export type IssuancesQuery = z.infer<typeof issuancesQuery>;

/** Longer than any key of S3, of 1,024 bytes, with its bucket. */
const longestObject = 1200;

export const grantsQuery = z.strictObject({
  object: z
    .optional(z.string().check(z.minLength(1), z.maxLength(longestObject)))
    .check(
      z.describe(
        'Only what leads to this object of S3: `s3://bucket/key`, its ARN, its address, or the key alone.',
      ),
    ),
});

export const recordPath = z.strictObject({ id: word(300) });

export const shardPath = z.strictObject({
  shard: count(shardCount - 1),
});

export const chainQuery = z.strictObject({
  after: z.optional(count(999_999_999_999)),
  limit: z.optional(count(500).check(z.refine((value) => value > 0, 'must be at least 1'))),
});
