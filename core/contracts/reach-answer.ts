import * as z from '../zod.ts';

/** What could be had: one row per grant. */
export const reachAnswer = z.strictObject({
  grants: z.array(
    z.strictObject({
      grant: z.string(),
      description: z.string(),
      use: z.enum(['self', 'act-as']),
      clients: z.array(z.string()),
      who: z
        .array(z.string())
        .check(z.describe('One sentence per rule, in order; the first match decides.')),
      roles: z.array(z.string()),
      actions: z
        .array(z.string())
        .check(
          z.describe(
            'What the roles allow, as `action on resource if condition`; a denial begins with `never`.',
          ),
        ),
      narrowedTo: z
        .nullable(z.array(z.string()))
        .check(
          z.describe(
            'The session policy in the same words: what is not allowed there too, no session may do. null where there is none.',
          ),
        ),
      onlyIdentityId: z
        .nullable(z.string())
        .check(
          z.describe(
            'Of an object: the identity that its path names, where nobody else gets there by this grant; else null.',
          ),
        ),
    }),
  ),
});

export type Reach = z.infer<typeof reachAnswer>;
