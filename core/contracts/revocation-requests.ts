import * as z from '../zod.ts';

/** What the revocation API is asked. */

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

export const revocationTarget = z
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
  target: revocationTarget,
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

export const revocationListQuery = z.strictObject({
  limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(100)), 20),
  cursor: z.optional(z.string().check(z.regex(/^[\w-]{1,200}$/))),
});

export const revocationPath = z.strictObject({
  revocationId: z.string().check(z.regex(/^[0-9a-f-]{36}$/, 'must be the id of a revocation')),
});
