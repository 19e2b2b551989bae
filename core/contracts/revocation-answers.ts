import * as z from '../zod.ts';
import { revocationTarget } from './revocation-requests.ts';

const instant = z.iso.datetime();

export const revocationAnswer = z.strictObject({
  revocationId: z.string(),
  target: revocationTarget,
  reason: z.string(),
  requestedBy: z
    .string()
    .check(z.describe('The subject that asked; `stepkey` where the broker did by itself.')),
  requestedByClient: z.nullable(z.string()),
  requestedAt: instant,
  status: z
    .enum(['requested', 'refusing', 'in-force', 'restoring', 'restored', 'failed'])
    .check(z.describe('refusing: the broker refuses already, AWS does not deny yet.')),
  stopsIssuing: z
    .boolean()
    .check(z.describe('Until restored; otherwise a sign-in after `cutOff` is taken.')),
  cutOff: z
    .nullable(instant)
    .check(
      z.describe(
        'Sign-ins up to then are refused, sessions issued before are denied. Two and a half minutes ahead.',
      ),
    ),
  done: z.strictObject({
    brokerRefusesSince: z.nullable(instant),
    entriesPurgedAt: z
      .nullable(instant)
      .check(z.describe('Null also where the target is no subject.')),
    entriesPurged: z.nullable(z.int()),
    deniedByAwsSince: z.nullable(instant).check(z.describe('When the policy was written.')),
    deniedBy: z
      .nullable(z.enum(['statement', 'role-wide']))
      .check(
        z.describe(
          'role-wide: every session issued before the cut-off, because the policy was full or everything was revoked.',
        ),
      ),
    denialRemovedAt: z.nullable(instant),
    restoreRequestedAt: z.nullable(instant),
    restoredAt: z.nullable(instant),
  }),
  propagating: z.nullable(
    z.strictObject({
      what: z.literal('iam-policy'),
      since: instant,
      until: instant.check(
        z.describe(
          'By then it is in effect everywhere, as far as AWS says: usually it takes seconds.',
        ),
      ),
    }),
  ),
  denialNeededUntil: z
    .nullable(instant)
    .check(z.describe('When the last session that it denies has ended.')),
  failure: z
    .optional(z.string())
    .check(z.describe('Name of the error, as docs/errors.md lists it.')),
});

export type RevocationAnswer = z.infer<typeof revocationAnswer>;

export const revocationListAnswer = z.strictObject({
  revocations: z.array(revocationAnswer).check(z.describe('Newest first.')),
  nextCursor: z.optional(z.string()).check(z.describe('Absent on the last page.')),
});
