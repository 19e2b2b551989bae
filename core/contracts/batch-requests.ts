import * as z from '../zod.ts';
import { longestSubject } from '../batches/manifest-lines.ts';
import { grantName } from './grant-name.ts';

/** The shapes of the batch API: they validate requests, type the answers, and go into docs/openapi.json. */

const subject = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(longestSubject),
    z.describe('A `sub`, `issuerAlias:sub`, or username.'),
  );

export const batchRequest = z
  .strictObject({
    grant: grantName,
    subjects: z.optional(z.array(subject).check(z.minLength(1), z.maxLength(300))),
    manifest: z.optional(
      z.strictObject({
        key: z
          .string()
          .check(
            z.minLength(1),
            z.maxLength(1024),
            z.describe('Below `batches/<client>/` in the bucket of the deployment.'),
          ),
        format: z
          .optional(z.enum(['csv', 'jsonl']))
          .check(z.describe('By default as the key ends.')),
      }),
    ),
  })
  .check(
    z.refine((body) => (body.subjects === undefined) !== (body.manifest === undefined), {
      error: 'one of subjects and manifest',
    }),
  );

export const batchId = z.string().check(z.regex(/^[0-9a-f-]{32,36}$/));

export const batchQuery = z.strictObject({
  cursor: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
  limit: z.optional(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(1000))),
});
