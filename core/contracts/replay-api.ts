import * as z from 'zod';
import { recordPath } from './ledger-api.ts';
import { shardCount } from '../ledger/record.ts';

/** Events of the past again: shapes of the replay API. */

const id = recordPath.shape.id;
const instant = z.iso.datetime({
  offset: true,
  error: 'must be a date and time as 2026-11-21T12:00:00Z',
});

/** The members of each range; a request has exactly one of these sets. */
const ranges: readonly (readonly string[])[] = [
  ['from'],
  ['from', 'to'],
  ['from', 'subject'],
  ['from', 'subject', 'to'],
  ['after'],
  ['sessionId'],
  ['issuanceId'],
];

export const replayRequest = z
  .strictObject({
    from: instant.optional().describe('What happened from this second on.'),
    to: instant.optional().describe('Before this second; by default until the request.'),
    subject: id.optional().describe('Only what is about this subject, as issuerAlias:sub.'),
    after: z
      .strictObject({
        shard: z
          .int()
          .min(0)
          .max(shardCount - 1),
        sequence: z.int().min(0).max(999_999_999_999),
      })
      .optional()
      .describe("All of a chain after this place, as an event's `ledger` names it."),
    sessionId: id.optional().describe('A session and each time that it was handed out.'),
    issuanceId: id.optional().describe('One hand-out or refusal.'),
    cursor: z
      .string()
      .regex(/^[0-9a-f.]{1,2100}$/)
      .optional()
      .describe('Goes on where the last answer ended; the range must be the same.'),
  })
  .refine((asked) => {
    const given = Object.keys(asked).filter((name) => name !== 'cursor');
    return ranges.some((names) => names.join() === given.sort().join());
  }, 'must be exactly one range: from (with to and subject if wanted), after, sessionId or issuanceId')
  .describe(
    'Exactly one range: `from` (with `to` and `subject` if wanted), `after`, `sessionId` or `issuanceId`.',
  );
export type ReplayRequest = z.infer<typeof replayRequest>;

export const replayAnswer = z.strictObject({
  replayed: z.int().nonnegative().describe('How many events the bus took.'),
  cursor: z.string().nullable().describe('Null when the range is done; ask again with it.'),
});
export type ReplayAnswer = z.infer<typeof replayAnswer>;

export const redriveAnswer = z.strictObject({
  replayed: z.int().nonnegative().describe('How many events the bus took.'),
  chained: z
    .int()
    .nonnegative()
    .describe('How many records are in their chains and out of the queue.'),
  unreadable: z
    .int()
    .nonnegative()
    .describe("Messages that hold no record, such as Lambda's own; they stay in the queue."),
  isDone: z.boolean().describe('False where more may be in the queue; ask again.'),
});
export type RedriveAnswer = z.infer<typeof redriveAnswer>;
