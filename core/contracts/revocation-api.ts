import * as z from 'zod';

/** Shapes of the revocation API; as in core/contracts/api.ts they validate, type and document at once. */

/** STS's alphabet for tags, which the denial is by; without `$`, IAM has nothing to fill in. */
const subjectId = z
  .string()
  .max(256)
  .regex(/^[a-z][a-z0-9-]{0,31}:[\w.:/=+@-]+$/, 'must be issuerAlias:sub')
  .describe('issuerAlias:sub. One that the broker has never seen can be revoked as well.');
const name = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z][a-z0-9-]*$/, 'must be 1–64 of a–z, 0–9 and -');

const oneTarget = 'must be exactly one of subject, client, grant and everything';
const target = z
  .strictObject(
    {
      subject: subjectId.optional(),
      client: name.optional().describe('An app client, by the name that grants use.'),
      grant: name.optional(),
      everything: z.literal(true, 'can only be true').optional(),
    },
    // Of other faults zod says enough.
    { error: ({ input }) => (input === undefined ? oneTarget : undefined) },
  )
  .refine((value) => Object.keys(value).length === 1, oneTarget);

export const revocationRequest = z.strictObject({
  target,
  reason: z
    .string('must say why, in words')
    .min(1, { error: 'must say why', abort: true })
    .max(512, 'must be 512 characters at most')
    // eslint-disable-next-line no-control-regex -- these are what is refused
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not hold control characters')
    .refine((text) => text.trim() !== '', 'must say why')
    .describe('Why; part of the record.'),
  suspend: z
    .boolean()
    .optional()
    .describe(
      'For a subject: true refuses new sign-ins as well, until it is restored. Clients, grants and everything are always stopped until then.',
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
    .describe('The subject that asked; `stepkey` where the broker did by itself.'),
  requestedByClient: z.string().nullable(),
  requestedAt: instant,
  status: z
    .enum(['requested', 'refusing', 'in-force', 'restoring', 'restored', 'failed'])
    .describe('refusing: the broker refuses already, AWS does not deny yet.'),
  stopsIssuing: z
    .boolean()
    .describe('Until restored; otherwise a sign-in after `cutOff` is taken.'),
  cutOff: instant
    .nullable()
    .describe(
      'Sign-ins up to then are refused, sessions issued before are denied. Two and a half minutes ahead.',
    ),
  done: z.strictObject({
    brokerRefusesSince: instant.nullable(),
    entriesPurgedAt: instant.nullable().describe('Null also where the target is no subject.'),
    entriesPurged: z.int().nullable(),
    deniedByAwsSince: instant.nullable().describe('When the policy was written.'),
    deniedBy: z
      .enum(['statement', 'role-wide'])
      .nullable()
      .describe(
        'role-wide: every session issued before the cut-off, because the policy was full or everything was revoked.',
      ),
    denialRemovedAt: instant.nullable(),
    restoreRequestedAt: instant.nullable(),
    restoredAt: instant.nullable(),
  }),
  propagating: z
    .strictObject({
      what: z.literal('iam-policy'),
      since: instant,
      until: instant.describe(
        'By then it is in effect everywhere, as far as AWS says: usually it takes seconds.',
      ),
    })
    .nullable(),
  denialNeededUntil: instant.nullable().describe('When the last session that it denies has ended.'),
  failure: z.string().optional().describe('Name of the error, as docs/errors.md lists it.'),
});
export type RevocationAnswer = z.infer<typeof revocationAnswer>;

export const revocationListAnswer = z.strictObject({
  revocations: z.array(revocationAnswer).describe('Newest first.'),
  nextCursor: z.string().optional().describe('Absent on the last page.'),
});

export const revocationListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z
    .string()
    .regex(/^[\w-]{1,200}$/)
    .optional(),
});

export const revocationPath = z.strictObject({
  revocationId: z.string().regex(/^[0-9a-f-]{36}$/, 'must be the id of a revocation'),
});

/** RFC-draft shape: visible ASCII. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1–255 visible ASCII characters');
