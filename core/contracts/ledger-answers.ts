import * as z from '../zod.ts';
import { grantTrace } from './api-answers.ts';
import { outcomes } from '../ledger/listing.ts';

/** The ledger as auditors read it: these type the answers of the function `audit` and the audit page. */

const time = z.iso.datetime().check(z.describe('UTC, ends in Z.'));

const absent = 'null where there is none.';

const evidence = z
  .record(z.string(), z.unknown())
  .check(z.describe('The groups and claims that the matched rule looked at.'));

/** One hand-out or one refusal. */
export const ledgerRecord = z.strictObject({
  id: z.string().check(z.describe('issuanceId, or denialId of a refusal.')),
  outcome: z
    .enum(outcomes)
    .check(
      z.describe(
        'withdrawn: a session that was revoked while it was minted; failed: one that was never finished; neither was handed out.',
      ),
    ),
  at: time,
  subject: z
    .nullable(z.string())
    .check(z.describe('issuerAlias:sub; null where the token was refused.')),
  client: z.nullable(z.string()),
  actor: z.nullable(z.string()).check(z.describe('Who asked on the subject’s behalf.')),
  grant: z.nullable(z.string()),
  rule: z.nullable(z.int()).check(z.describe('Which of the grant’s rules matched, from 0.')),
  evidence: z.nullable(evidence),
  tried: z
    .nullable(z.array(grantTrace))
    .check(
      z.describe(
        'Of a refusal: the rules of each grant that was tried, and which condition did not hold, by name. null for other records, for refusals before any grant was asked, and for those of versions that did not record it.',
      ),
    ),
  triedLeftOut: z.int().check(z.describe('How many grants were tried beyond those.')),
  error: z
    .nullable(z.string())
    .check(z.describe(`Name of the refusal as docs/errors.md lists it; ${absent}`)),
  tokenId: z.nullable(z.string()).check(z.describe('jti of the token that was presented.')),
  stale: z
    .boolean()
    .check(z.describe('Handed out with little life left because AWS did not answer.')),
  sessionId: z.nullable(z.string()),
  identityId: z.nullable(z.string()),
  roleArn: z.nullable(z.string()),
  sessionName: z.nullable(z.string()),
  sessionPolicy: z.nullable(z.string()),
  sessionPolicySha256: z.nullable(z.string()),
  expiresAt: z.nullable(time),
  accessKeyId: z.nullable(z.string()),
  executionArn: z
    .nullable(z.string())
    .check(z.describe('Of this request; of the minting where the front served it by itself.')),
  executionUrl: z.nullable(z.url()).check(z.describe('The execution in AWS’s console.')),
  chain: z
    .strictObject({ shard: z.int(), sequence: z.int(), hash: z.string() })
    .check(z.describe('Where the record stands in the ledger’s hash chain.')),
});

export type LedgerRecord = z.infer<typeof ledgerRecord>;

export const issuancesAnswer = z.strictObject({
  records: z.array(ledgerRecord).check(z.describe('Newest first.')),
  cursor: z
    .nullable(z.string())
    .check(
      z.describe(
        'For the next page; null on the last. A page may be short and still not be the last.',
      ),
    ),
});

export type IssuancesAnswer = z.infer<typeof issuancesAnswer>;

/** One set of minted credentials, with everything that is known of it but its secrets. */
export const ledgerSession = z.strictObject({
  sessionId: z.string(),
  status: z.enum(['minting', 'minted', 'failed', 'withdrawn']),
  subject: z.string(),
  client: z.string(),
  actor: z.nullable(z.string()),
  grant: z.string(),
  rule: z.int().check(z.describe('Which of the grant’s rules matched, from 0.')),
  evidence,
  tokenId: z.nullable(z.string()),
  identityId: z.nullable(z.string()),
  roleArn: z.string(),
  assumedRoleArn: z.nullable(z.string()),
  sessionName: z.string(),
  tags: z.record(z.string(), z.string()),
  sessionPolicy: z.nullable(z.string()),
  sessionPolicySha256: z.nullable(z.string()),
  accessKeyId: z.nullable(z.string()),
  durationSeconds: z.int(),
  startedAt: time,
  mintedAt: z.nullable(time),
  expiresAt: z.nullable(time),
  error: z.nullable(z.string()),
  executionArn: z.string(),
  executionUrl: z.nullable(z.url()),
  packedPolicySizePercent: z.nullable(z.int()),
  issuances: z
    .array(ledgerRecord)
    .check(
      z.describe('Oldest first; the first is the minting itself. At most 100, then the newest.'),
    ),
});

export type LedgerSession = z.infer<typeof ledgerSession>;

const executionStep = z.strictObject({
  state: z.string(),
  type: z.string().check(z.describe('Task, Choice, Pass, Succeed or Fail.')),
  enteredAt: z.iso.datetime(),
  durationMillis: z
    .nullable(z.number())
    .check(z.describe('null while it runs, and where it did not end.')),
  input: z
    .unknown()
    .check(z.describe('As the log has it: tokens and credentials are sealed in it.')),
  output: z.unknown(),
  arguments: z
    .unknown()
    .check(z.describe('What its task was called with at last; null where it has none.')),
  result: z
    .unknown()
    .check(z.describe('What its task answered; null where it has none, and where it failed.')),
  assigned: z.unknown().check(z.describe('The variables that the state set.')),
  retries: z.int(),
  error: z
    .nullable(z.string())
    .check(z.describe('The last one, when it did not succeed after all.')),
  errors: z.array(
    z.strictObject({ at: z.iso.datetime(), error: z.string(), cause: z.nullable(z.string()) }),
  ),
  truncated: z.boolean().check(z.describe('Whether its payloads were too large for the log.')),
});

export type ExecutionStep = z.infer<typeof executionStep>;

export const sessionStepsAnswer = z.strictObject({
  executionArn: z.string(),
  status: z.enum(['running', 'succeeded', 'failed', 'timed-out', 'aborted', 'unknown']),
  startedAt: z.nullable(z.iso.datetime()),
  stoppedAt: z.nullable(z.iso.datetime()),
  error: z.nullable(z.string()),
  cause: z.nullable(z.string()),
  complete: z
    .boolean()
    .check(z.describe('Whether the log holds the execution from its start to its end.')),
  reason: z.nullable(z.string()).check(z.describe('Why it is not complete.')),
  refusedIn: z
    .nullable(z.string())
    .check(
      z.describe(
        'The state that refused or failed; null where none did, and where the log does not tell.',
      ),
    ),
  steps: z.array(executionStep),
});

export type SessionSteps = z.infer<typeof sessionStepsAnswer>;

const revocationState = z.strictObject({
  epoch: z.int(),
  revokedBefore: z.nullable(time),
  suspended: z.boolean(),
});

export const ledgerSubject = z.strictObject({
  subject: z.string(),
  identityId: z.nullable(z.string()),
  linked: z.boolean(),
  revocation: revocationState,
  liveSessions: z.array(
    z.strictObject({
      sessionId: z.string(),
      grant: z.string(),
      client: z.string(),
      actor: z.nullable(z.string()),
      accessKeyId: z.nullable(z.string()),
      expiresAt: time,
    }),
  ),
  liveSessionsComplete: z.boolean().check(z.describe('False where there were too many to read.')),
  recent: z.array(ledgerRecord).check(z.describe('The last hand-outs and refusals, newest first.')),
});

export type LedgerSubject = z.infer<typeof ledgerSubject>;

const chainPlace = z.strictObject({ shard: z.int(), sequence: z.int(), hash: z.string() });

export const ledgerHeadsAnswer = z.strictObject({
  heads: z
    .array(chainPlace)
    .check(z.describe('Where each chain ends; sequence 0 for an empty one.')),
});

export const ledgerPageAnswer = z.strictObject({
  links: z.array(
    z.strictObject({
      shard: z.int(),
      sequence: z.int(),
      previousHash: z.string(),
      hash: z.string(),
      record: z.string().check(z.describe('The text that is hashed.')),
    }),
  ),
  isLast: z.boolean(),
});
