import * as z from '../zod.ts';

/** What a grant file may say. The JSON Schema beside the grants is generated from this. */

const name = z
  .string()
  .check(
    z.regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be 1–32 of a–z, 0–9 and -, starting with a letter'),
  );

const oneOrMany = z.union([z.string(), z.array(z.string()).check(z.minLength(1))], {
  error: 'must be a text or a list of texts',
});

const conditionBlock = z.record(z.string(), z.record(z.string(), oneOrMany));

/** An IAM statement of a role's permissions or of a session policy. `NotAction` and `NotResource` are left out: they allow what nobody listed. */
const statement = z.strictObject({
  Sid: z.optional(z.string().check(z.regex(/^[A-Za-z0-9]*$/))),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany,
  Resource: oneOrMany,
  Condition: z.optional(conditionBlock),
});

const permissions = z.array(statement).check(z.minLength(1));

const roleArn = z
  .string()
  .check(
    z.regex(/^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'must be the ARN of an IAM role'),
  );

/** A union would only say that no branch fits; so each way is a key, and exactly one may be there. */
const isOne = (value: object) => Object.keys(value).length === 1;

const roleShape = {
  permissions: z.optional(permissions).check(z.describe('The deployment makes a role with these.')),
  arn: z.optional(roleArn).check(z.describe('A role that is already there.')),
};

const role = z
  .strictObject(roleShape)
  .check(z.refine(isOne, 'must have either permissions or arn'));

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** An empty object would hold for everybody. */
const isNotEmpty = (value: object) => Object.keys(value).length > 0;
const mustNameOne = 'must name a condition';

/** All that is named must hold. `anyOf` compares for equality; an absent claim never matches. */
const conditions = z
  .strictObject({
    groups: z.optional(
      z
        .strictObject({
          anyOf: z.optional(z.array(z.string()).check(z.minLength(1))),
          allOf: z.optional(z.array(z.string()).check(z.minLength(1))),
          noneOf: z.optional(z.array(z.string()).check(z.minLength(1))),
        })
        .check(z.refine(isNotEmpty, mustNameOne)),
    ),
    claims: z.optional(
      z
        .record(z.string(), z.strictObject({ anyOf: z.array(scalar).check(z.minLength(1)) }))
        .check(z.refine(isNotEmpty, mustNameOne)),
    ),
    kind: z
      .optional(z.enum(['person', 'machine']))
      .check(z.describe('What the subject is; a machine is a client with its own token.')),
  })
  .check(z.refine(isNotEmpty, mustNameOne));

const rule = z.strictObject({
  effect: z._default(z.enum(['allow', 'refuse']), 'allow'),
  when: conditions,
});

export const grantFileSchema = z.strictObject({
  $schema: z.optional(z.string()),
  description: z.string().check(z.minLength(1)),
  use: z
    ._default(z.enum(['self', 'act-as']), 'self')
    .check(
      z.describe(
        'self: for the subject of the token itself. act-as: for a machine of clients that names a subject; the rules are about that subject.',
      ),
    ),
  clients: z
    .array(name)
    .check(z.minLength(1), z.describe('The app clients whose tokens this grant takes.')),
  rules: z
    .array(rule)
    .check(
      z.minLength(1),
      z.describe('Tried in order; the first that matches decides; none matches refuses.'),
    ),
  role: z
    .strictObject({
      ...roleShape,
      fromToken: z
        .optional(
          z
            .record(name, role)
            .check(
              z.refine((roles) => Object.keys(roles).length > 0, 'must allow at least one role'),
            ),
        )
        .check(z.describe("The exact roles that the token's cognito:roles may choose from.")),
    })
    .check(z.refine(isOne, 'must have exactly one of permissions, arn and fromToken')),
  session: z.prefault(
    z.strictObject({
      durationSeconds: z._default(z.int().check(z.minimum(900), z.maximum(43_200)), 3600),
      minTtlSeconds: z._default(z.int().check(z.minimum(300), z.maximum(43_000)), 1200),
    }),
    {},
  ),
  sessionPolicy: z
    .optional(z.array(statement).check(z.minLength(1)))
    .check(z.describe('Further narrows each session; {{placeholders}} stand for verified values.')),
  tags: z
    ._default(
      z.record(z.string().check(z.regex(/^[\w.:/=+@-]{1,128}$/)), z.string().check(z.minLength(1))),
      {},
    )
    .check(z.describe('Principal tags beside stepkey-subject, stepkey-client and stepkey-grant.')),
  trace: z._default(z.enum(['mints', 'every-request']), 'mints'),
});

export type GrantFile = z.infer<typeof grantFileSchema>;
export type GrantRole = z.infer<typeof role>;
export type GrantStatement = z.infer<typeof statement>;
export type GrantRule = z.infer<typeof rule>;

/** A grant that passed every check, under the name of its file. */
export interface Grant extends GrantFile {
  readonly name: string;
}
