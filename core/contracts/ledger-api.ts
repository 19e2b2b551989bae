import * as z from 'zod';

/** The ledger as auditors read it: they validate the answers of the function `audit` and type the audit page. */

const time = z.iso.datetime().describe('UTC, ends in Z.');
const absent = 'null where there is none.';

/** One hand-out or one refusal. */
export const ledgerRecord = z.strictObject({
  id: z.string().describe('issuanceId, or denialId of a refusal.'),
  outcome: z.enum(['minted', 'cache', 'denied']),
  at: time,
  subject: z.string().nullable().describe('issuerAlias:sub; null where the token was refused.'),
  client: z.string().nullable(),
  actor: z.string().nullable().describe('Who asked on the subject’s behalf.'),
  grant: z.string().nullable(),
  error: z
    .string()
    .nullable()
    .describe(`Name of the refusal as docs/errors.md lists it; ${absent}`),
  tokenId: z.string().nullable().describe('jti of the token that was presented.'),
  stale: z.boolean().describe('Handed out with little life left because AWS did not answer.'),
  sessionId: z.string().nullable(),
  identityId: z.string().nullable(),
  roleArn: z.string().nullable(),
  accessKeyId: z.string().nullable(),
  executionArn: z.string().nullable(),
  executionUrl: z.url().nullable().describe('The execution in AWS’s console.'),
  chain: z
    .strictObject({ shard: z.int(), sequence: z.int(), hash: z.string() })
    .describe('Where the record stands in the ledger’s hash chain.'),
});
export type LedgerRecord = z.infer<typeof ledgerRecord>;

export const issuancesAnswer = z.strictObject({
  records: z.array(ledgerRecord).describe('Newest first.'),
  cursor: z.string().nullable().describe('For the next page; null on the last.'),
});

/** One set of minted credentials, with everything that is known of it but its secrets. */
export const ledgerSession = z.strictObject({
  sessionId: z.string(),
  status: z.enum(['minting', 'minted', 'failed', 'withdrawn']),
  subject: z.string(),
  client: z.string(),
  actor: z.string().nullable(),
  grant: z.string(),
  rule: z.int().describe('Which of the grant’s rules matched, from 0.'),
  evidence: z
    .record(z.string(), z.unknown())
    .describe('The claims that the matched rule looked at.'),
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
  executionUrl: z.url(),
  issuances: z.array(ledgerRecord).describe('Oldest first; the first is the minting itself.'),
});
export type LedgerSession = z.infer<typeof ledgerSession>;

export const executionStep = z.strictObject({
  state: z.string(),
  type: z.string().describe('Task, Choice, Pass, Succeed or Fail.'),
  enteredAt: z.iso.datetime(),
  durationMillis: z.number().nullable().describe('null while it runs, and where it did not end.'),
  input: z.unknown().describe('As the log has it: tokens and credentials are sealed in it.'),
  output: z.unknown(),
  retries: z.int(),
  error: z.string().nullable(),
});
export type ExecutionStep = z.infer<typeof executionStep>;

export const sessionStepsAnswer = z.strictObject({
  executionArn: z.string(),
  status: z.enum(['running', 'succeeded', 'failed', 'timed-out', 'unknown']),
  error: z.string().nullable(),
  complete: z.boolean().describe('Whether the log holds the execution from its start to its end.'),
  reason: z.string().nullable().describe('Why it is not complete.'),
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
  recent: z.array(ledgerRecord).describe('The last hand-outs and refusals, newest first.'),
});
export type LedgerSubject = z.infer<typeof ledgerSubject>;

/** What could be had: one row per grant and way to it. */
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
      actions: z.array(z.string()).describe('What the roles allow, as `action on resource`.'),
    }),
  ),
});
export type Reach = z.infer<typeof reachAnswer>;
