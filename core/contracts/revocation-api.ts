import * as z from '../zod.ts';

/** Shapes of the revocation API; as in core/contracts/api.ts they validate, type and document at once. */

/** STS's alphabet for tags, which the denial is by; without `$`, IAM has nothing to fill in. */
const subjectId = z
  .string()
  .check(
    z.maxLength(256),
    z.regex(/^[a-z][a-z0-9-]{0,31}:[\w.:/=+@-]+$/, 'must be issuerAlias:sub'),
    z.describe('issuerAlias:sub. One that the broker has never seen can be revoked as well.'),
  );
const name = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(64),
    z.regex(/^[a-z][a-z0-9-]*$/, 'must be 1–64 of a–z, 0–9 and -'),
  );

const oneTarget = 'must be exactly one of subject, client, grant and everything';
const target = z
  .strictObject(
    {
      subject: z.optional(subjectId),
      client: z.optional(name).check(z.describe('An app client, by the name that grants use.')),
      grant: z.optional(name),
      everything: z.optional(z.literal(true, 'can only be true')),
    },
    // Of other faults zod says enough.
    { error: ({ input }) => (input === undefined ? oneTarget : undefined) },
  )
  .check(z.refine((value) => Object.keys(value).length === 1, oneTarget));

export const revocationRequest = z.strictObject({
  target,
  reason: z.string('must say why, in words').check(
    z.minLength(1, { error: 'must say why', abort: true }),
    z.maxLength(512, 'must be 512 characters at most'),
    // eslint-disable-next-line no-control-regex -- these are what is refused
    z.regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not hold control characters'),
    z.refine((text) => text.trim() !== '', 'must say why'),
    z.describe('Why; part of the record.'),
  ),
  suspend: z
    .optional(z.boolean())
    .check(
      z.describe(
        'For a subject: true refuses new sign-ins as well, until it is restored. Clients, grants and everything are always stopped until then.',
      ),
    ),
});
export type RevocationRequest = z.infer<typeof revocationRequest>;

const instant = z.iso.datetime();

export const revocationAnswer = z.strictObject({
  revocationId: z.string(),
  target,
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

export const revocationListQuery = z.strictObject({
  limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(100)), 20),
  cursor: z.optional(z.string().check(z.regex(/^[\w-]{1,200}$/))),
});

export const revocationPath = z.strictObject({
  revocationId: z.string().check(z.regex(/^[0-9a-f-]{36}$/, 'must be the id of a revocation')),
});

/** RFC-draft shape: visible ASCII. */
export const idempotencyKey = z
  .string()
  .check(z.regex(/^[\x21-\x7e]{1,255}$/, 'must be 1–255 visible ASCII characters'));
