import * as z from 'zod';
import { grantTrace } from './api.ts';
import { outcomes } from '../ledger/listing.ts';
import { shardCount } from '../ledger/record.ts';

/** The ledger as auditors read it: they validate the answers of the function `audit` and type the audit page. */

const word = (maximum: number) =>
  z
    .string()
    .min(1)
    .max(maximum)
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces');

const instant = z.iso
  .datetime({ offset: true, error: 'must be a date and time as 2026-11-21T12:00:00Z' })
  .transform((text) => Math.floor(Date.parse(text) / 1000));

/** A number as a query has it. */
const count = (maximum: number) =>
  z
    .string()
    .regex(/^[0-9]{1,12}$/, 'must be a number')
    .transform(Number)
    .refine((value) => value <= maximum, `must be at most ${String(maximum)}`);

export const issuancesQuery = z.strictObject({
  subject: word(300).optional(),
  client: word(64).optional(),
  actor: word(64).optional(),
  grant: word(64).optional(),
  identityId: word(100).optional(),
  accessKeyId: word(64).optional(),
  outcome: z.enum(outcomes).optional(),
  from: instant.optional().describe('From this second on.'),
  to: instant.optional().describe('Before this second.'),
  limit: count(100)
    .refine((value) => value > 0, 'must be at least 1')
    .optional(),
  cursor: word(2100).optional(),
  format: z.enum(['json', 'jsonl', 'csv']).optional(),
});
export type IssuancesQuery = z.infer<typeof issuancesQuery>;

/** Longer than any key of S3, of 1,024 bytes, with its bucket. */
const longestObject = 1200;
export const grantsQuery = z.strictObject({
  object: z
    .string()
    .min(1)
    .max(longestObject)
    .optional()
    .describe(
      'Only what leads to this object of S3: `s3://bucket/key`, its ARN, its address, or the key alone.',
    ),
});

export const recordPath = z.strictObject({ id: word(300) });
export const shardPath = z.strictObject({
  shard: count(shardCount - 1),
});
export const chainQuery = z.strictObject({
  after: count(999_999_999_999).optional(),
  limit: count(500)
    .refine((value) => value > 0, 'must be at least 1')
    .optional(),
});

const time = z.iso.datetime().describe('UTC, ends in Z.');
const absent = 'null where there is none.';

const evidence = z
  .record(z.string(), z.unknown())
  .describe('The groups and claims that the matched rule looked at.');

/** One hand-out or one refusal. */
export const ledgerRecord = z.strictObject({
  id: z.string().describe('issuanceId, or denialId of a refusal.'),
  outcome: z
    .enum(outcomes)
    .describe(
      'withdrawn: a session that was revoked while it was minted; failed: one that was never finished; neither was handed out.',
    ),
  at: time,
  subject: z.string().nullable().describe('issuerAlias:sub; null where the token was refused.'),
  client: z.string().nullable(),
  actor: z.string().nullable().describe('Who asked on the subject’s behalf.'),
  grant: z.string().nullable(),
  rule: z.int().nullable().describe('Which of the grant’s rules matched, from 0.'),
  evidence: evidence.nullable(),
  tried: z
    .array(grantTrace)
    .nullable()
    .describe(
      'Of a refusal: the rules of each grant that was tried, and which condition did not hold, by name. null for other records, for refusals before any grant was asked, and for those of versions that did not record it.',
    ),
  triedLeftOut: z.int().describe('How many grants were tried beyond those.'),
  error: z
    .string()
    .nullable()
    .describe(`Name of the refusal as docs/errors.md lists it; ${absent}`),
  tokenId: z.string().nullable().describe('jti of the token that was presented.'),
  stale: z.boolean().describe('Handed out with little life left because AWS did not answer.'),
  sessionId: z.string().nullable(),
  identityId: z.string().nullable(),
  roleArn: z.string().nullable(),
  sessionName: z.string().nullable(),
  sessionPolicy: z.string().nullable(),
  sessionPolicySha256: z.string().nullable(),
  expiresAt: time.nullable(),
  accessKeyId: z.string().nullable(),
  executionArn: z
    .string()
    .nullable()
    .describe('Of this request; of the minting where the front served it by itself.'),
  executionUrl: z.url().nullable().describe('The execution in AWS’s console.'),
  chain: z
    .strictObject({ shard: z.int(), sequence: z.int(), hash: z.string() })
    .describe('Where the record stands in the ledger’s hash chain.'),
});
export type LedgerRecord = z.infer<typeof ledgerRecord>;

export const issuancesAnswer = z.strictObject({
  records: z.array(ledgerRecord).describe('Newest first.'),
  cursor: z
    .string()
    .nullable()
    .describe(
      'For the next page; null on the last. A page may be short and still not be the last.',
    ),
});
export type IssuancesAnswer = z.infer<typeof issuancesAnswer>;

/** One set of minted credentials, with everything that is known of it but its secrets. */
export const ledgerSession = z.strictObject({
  sessionId: z.string(),
  status: z.enum(['minting', 'minted', 'failed', 'withdrawn']),
  subject: z.string(),
  client: z.string(),
  actor: z.string().nullable(),
  grant: z.string(),
  rule: z.int().describe('Which of the grant’s rules matched, from 0.'),
  evidence,
  tokenId: z.string().nullable(),
  identityId: z.string().nullable(),
  roleArn: z.string(),
  assumedRoleArn: z.string().nullable(),
  sessionName: z.string(),
  tags: z.record(z.string(), z.string()),
  sessionPolicy: z.string().nullable(),
  sessionPolicySha256: z.string().nullable(),
  accessKeyId: z.string().nullable(),
  durationSeconds: z.int(),
  startedAt: time,
  mintedAt: time.nullable(),
  expiresAt: time.nullable(),
  error: z.string().nullable(),
  executionArn: z.string(),
  executionUrl: z.url().nullable(),
  packedPolicySizePercent: z.int().nullable(),
  issuances: z
    .array(ledgerRecord)
    .describe('Oldest first; the first is the minting itself. At most 100, then the newest.'),
});
export type LedgerSession = z.infer<typeof ledgerSession>;

const executionStep = z.strictObject({
  state: z.string(),
  type: z.string().describe('Task, Choice, Pass, Succeed or Fail.'),
  enteredAt: z.iso.datetime(),
  durationMillis: z.number().nullable().describe('null while it runs, and where it did not end.'),
  input: z.unknown().describe('As the log has it: tokens and credentials are sealed in it.'),
  output: z.unknown(),
  arguments: z.unknown().describe('What its task was called with at last; null where it has none.'),
  result: z
    .unknown()
    .describe('What its task answered; null where it has none, and where it failed.'),
  assigned: z.unknown().describe('The variables that the state set.'),
  retries: z.int(),
  error: z.string().nullable().describe('The last one, when it did not succeed after all.'),
  errors: z.array(
    z.strictObject({ at: z.iso.datetime(), error: z.string(), cause: z.string().nullable() }),
  ),
  truncated: z.boolean().describe('Whether its payloads were too large for the log.'),
});
export type ExecutionStep = z.infer<typeof executionStep>;

export const sessionStepsAnswer = z.strictObject({
  executionArn: z.string(),
  status: z.enum(['running', 'succeeded', 'failed', 'timed-out', 'aborted', 'unknown']),
  startedAt: z.iso.datetime().nullable(),
  stoppedAt: z.iso.datetime().nullable(),
  error: z.string().nullable(),
  cause: z.string().nullable(),
  complete: z.boolean().describe('Whether the log holds the execution from its start to its end.'),
  reason: z.string().nullable().describe('Why it is not complete.'),
  refusedIn: z
    .string()
    .nullable()
    .describe(
      'The state that refused or failed; null where none did, and where the log does not tell.',
    ),
  steps: z.array(executionStep),
});
export type SessionSteps = z.infer<typeof sessionStepsAnswer>;

const revocationState = z.strictObject({
  epoch: z.int(),
  revokedBefore: time.nullable(),
  suspended: z.boolean(),
});

export const ledgerSubject = z.strictObject({
  subject: z.string(),
  identityId: z.string().nullable(),
  linked: z.boolean(),
  revocation: revocationState,
  liveSessions: z.array(
    z.strictObject({
      sessionId: z.string(),
      grant: z.string(),
      client: z.string(),
      actor: z.string().nullable(),
      accessKeyId: z.string().nullable(),
      expiresAt: time,
    }),
  ),
  liveSessionsComplete: z.boolean().describe('False where there were too many to read.'),
  recent: z.array(ledgerRecord).describe('The last hand-outs and refusals, newest first.'),
});
export type LedgerSubject = z.infer<typeof ledgerSubject>;

/** What could be had: one row per grant. */
export const reachAnswer = z.strictObject({
  grants: z.array(
    z.strictObject({
      grant: z.string(),
      description: z.string(),
      use: z.enum(['self', 'act-as']),
      clients: z.array(z.string()),
      who: z
        .array(z.string())
        .describe('One sentence per rule, in order; the first match decides.'),
      roles: z.array(z.string()),
      actions: z
        .array(z.string())
        .describe(
          'What the roles allow, as `action on resource if condition`; a denial begins with `never`.',
        ),
      narrowedTo: z
        .array(z.string())
        .nullable()
        .describe(
          'The session policy in the same words: what is not allowed there too, no session may do. null where there is none.',
        ),
      onlyIdentityId: z
        .string()
        .nullable()
        .describe(
          'Of an object: the identity that its path names, where nobody else gets there by this grant; else null.',
        ),
    }),
  ),
});
export type Reach = z.infer<typeof reachAnswer>;

const chainPlace = z.strictObject({ shard: z.int(), sequence: z.int(), hash: z.string() });

export const ledgerHeadsAnswer = z.strictObject({
  heads: z.array(chainPlace).describe('Where each chain ends; sequence 0 for an empty one.'),
});

export const ledgerPageAnswer = z.strictObject({
  links: z.array(
    z.strictObject({
      shard: z.int(),
      sequence: z.int(),
      previousHash: z.string(),
      hash: z.string(),
      record: z.string().describe('The text that is hashed.'),
    }),
  ),
  isLast: z.boolean(),
});
