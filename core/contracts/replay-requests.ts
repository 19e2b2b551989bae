import * as z from '../zod.ts';
import { recordPath } from './ledger-queries.ts';
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
    from: z.optional(instant).check(z.describe('What happened from this second on.')),
    to: z.optional(instant).check(z.describe('Before this second; by default until the request.')),
    subject: z
      .optional(id)
      .check(z.describe('Only what is about this subject, as issuerAlias:sub.')),
    after: z
      .optional(
        z.strictObject({
          shard: z.int().check(z.minimum(0), z.maximum(shardCount - 1)),
          sequence: z.int().check(z.minimum(0), z.maximum(999_999_999_999)),
        }),
      )
      .check(z.describe("All of a chain after this place, as an event's `ledger` names it.")),
    sessionId: z.optional(id).check(z.describe('A session and each time that it was handed out.')),
    issuanceId: z.optional(id).check(z.describe('One hand-out or refusal.')),
    cursor: z
      .optional(z.string().check(z.regex(/^[0-9a-f.]{1,2100}$/)))
      .check(z.describe('Goes on where the last answer ended; the range must be the same.')),
  })
  .check(
    z.refine((asked) => {
      const given = Object.keys(asked).filter((name) => name !== 'cursor');
      return ranges.some((names) => names.join() === given.sort().join());
    }, 'must be exactly one range: from (with to and subject if wanted), after, sessionId or issuanceId'),
    z.describe(
      'Exactly one range: `from` (with `to` and `subject` if wanted), `after`, `sessionId` or `issuanceId`.',
    ),
  );

export type ReplayRequest = z.infer<typeof replayRequest>;
