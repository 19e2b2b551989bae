import * as z from '../zod.ts';

/** What the broker tells the bus `stepkey`: the detail of each event, by its detail type. docs/events is generated from it. */

const text = z.string().check(z.minLength(1));
const orNull = z.nullable(z.string());
const time = z.iso.datetime().check(z.describe('Ends in Z.'));

/** A change that breaks who reads raises it; the schemas of the one before stay in docs/events. */
export const eventFormat = 1;

const common = {
  format: z
    .literal(eventFormat)
    .check(z.describe('Rises when a change breaks who reads this event.')),
  record: text.check(
    z.describe('Kind and id of the record: the same for each delivery of one event.'),
  ),
  ledger: z
    .strictObject({
      shard: z.int().check(z.nonnegative()),
      sequence: z.int().check(z.positive()),
      hash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
    })
    .check(
      z.describe(
        'Where the record is. All events of a subject are of one shard, and the bus keeps no order: the sequence tells it.',
      ),
    ),
  at: time,
  replayed: z.optional(z.literal(true)).check(z.describe('Sent again by an operator.')),
  subject: orNull.check(z.describe('issuerAlias:sub; null where nobody was established.')),
};

const decision = {
  client: orNull,
  actor: orNull.check(
    z.describe('The client that acted for the subject; null when the subject asked.'),
  ),
  grant: orNull,
};

const session = {
  ...decision,
  sessionId: text,
  rule: z.nullable(z.int()),
  roleArn: text,
  sessionName: text,
  identityId: text,
  accessKeyId: orNull.check(z.describe('As CloudTrail shows it; no secret.')),
  expiresAt: z.nullable(time),
};

export const eventSchemas = {
  'Session Minted': z.strictObject({
    ...common,
    ...session,
    assumedRoleArn: text,
    sessionPolicySha256: orNull,
    executionArn: text,
  }),
  'Credentials Issued': z.strictObject({
    ...common,
    ...session,
    issuanceId: text,
    source: z.enum(['minted', 'cache']),
    stale: z.boolean(),
    executionArn: orNull.check(z.describe('Null where the front served it from the cache.')),
  }),
  'Credentials Denied': z.strictObject({
    ...common,
    ...decision,
    denialId: text,
    error: text.check(z.describe('As docs/errors.md lists it.')),
    executionArn: orNull,
  }),
  'Identity Registered': z.strictObject({
    ...common,
    identityId: text,
    linked: z
      .boolean()
      .check(z.describe("Whether the person's own login reaches the same identity.")),
  }),
  'Revocation Changed': z.strictObject({
    ...common,
    revocationId: text,
    target: z.strictObject({
      kind: z.enum(['subject', 'client', 'grant', 'everything']),
      name: text,
    }),
    status: text,
    reason: text,
    requestedBy: text,
  }),
  'Batch Completed': z.strictObject({
    ...common,
    client: orNull,
    grant: orNull,
    batchId: text,
    status: text,
    reason: orNull.check(z.describe('What ended it; null unless it failed.')),
    counts: z.strictObject({
      minted: z.int().check(z.nonnegative()),
      cached: z.int().check(z.nonnegative()),
      denied: z.int().check(z.nonnegative()),
      failed: z.int().check(z.nonnegative()),
    }),
  }),
} as const;

export type EventName = keyof typeof eventSchemas;
export const eventNames = Object.keys(eventSchemas) as readonly EventName[];
export const eventSource = 'stepkey';

/** One event, ready for the bus. */
export interface BrokerEvent {
  readonly name: EventName;
  readonly atEpochSeconds: number;
  readonly detail: z.infer<(typeof eventSchemas)[EventName]>;
}
