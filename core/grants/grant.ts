import * as z from 'zod';

/** What a grant file may say. The JSON Schema beside the grants is generated from this. */

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be 1–32 of a–z, 0–9 and -, starting with a letter');

const oneOrMany = z.union([z.string(), z.array(z.string()).min(1)], {
  error: 'must be a text or a list of texts',
});

const conditionBlock = z.record(z.string(), z.record(z.string(), oneOrMany));

/** An IAM statement of a role's permissions or of a session policy. `NotAction` and `NotResource` are left out: they allow what nobody listed. */
const statement = z.strictObject({
  Sid: z
    .string()
    .regex(/^[A-Za-z0-9]*$/)
    .optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany,
  Resource: oneOrMany,
  Condition: conditionBlock.optional(),
});

const permissions = z.array(statement).min(1);

const roleArn = z
  .string()
  .regex(/^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'must be the ARN of an IAM role');

/** A union would only say that no branch fits; so each way is a key, and exactly one may be there. */
const isOne = (value: object) => Object.keys(value).length === 1;

const roleShape = {
  permissions: permissions.optional().describe('The deployment makes a role with these.'),
  arn: roleArn.optional().describe('A role that is already there.'),
};

const role = z.strictObject(roleShape).refine(isOne, 'must have either permissions or arn');

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** An empty object would hold for everybody. */
const isNotEmpty = (value: object) => Object.keys(value).length > 0;
const mustNameOne = 'must name a condition';

/** All that is named must hold. `anyOf` compares for equality; an absent claim never matches. */
const conditions = z
  .strictObject({
    groups: z
      .strictObject({
        anyOf: z.array(z.string()).min(1).optional(),
        allOf: z.array(z.string()).min(1).optional(),
        noneOf: z.array(z.string()).min(1).optional(),
      })
      .refine(isNotEmpty, mustNameOne)
      .optional(),
    claims: z
      .record(z.string(), z.strictObject({ anyOf: z.array(scalar).min(1) }))
      .refine(isNotEmpty, mustNameOne)
      .optional(),
    kind: z
      .enum(['person', 'machine'])
      .optional()
      .describe('What the subject is; a machine is a client with its own token.'),
  })
  .refine(isNotEmpty, mustNameOne);

const rule = z.strictObject({
  effect: z.enum(['allow', 'refuse']).default('allow'),
  when: conditions,
});

export const grantFileSchema = z.strictObject({
  $schema: z.string().optional(),
  description: z.string().min(1),
  use: z
    .enum(['self', 'act-as'])
    .default('self')
    .describe(
      'self: for the subject of the token itself. act-as: for a machine of clients that names a subject; the rules are about that subject.',
    ),
  clients: z.array(name).min(1).describe('The app clients whose tokens this grant takes.'),
  rules: z
    .array(rule)
    .min(1)
    .describe('Tried in order; the first that matches decides; none matches refuses.'),
  role: z
    .strictObject({
      ...roleShape,
      fromToken: z
        .record(name, role)
        .refine((roles) => Object.keys(roles).length > 0, 'must allow at least one role')
        .optional()
        .describe("The exact roles that the token's cognito:roles may choose from."),
    })
    .refine(isOne, 'must have exactly one of permissions, arn and fromToken'),
  session: z
    .strictObject({
      durationSeconds: z.int().min(900).max(43_200).default(3600),
      minTtlSeconds: z.int().min(300).max(43_000).default(1200),
    })
    .prefault({}),
  sessionPolicy: z
    .array(statement)
    .min(1)
    .optional()
    .describe('Further narrows each session; {{placeholders}} stand for verified values.'),
  tags: z
    .record(z.string().regex(/^[\w.:/=+@-]{1,128}$/), z.string().min(1))
    .default({})
    .describe('Principal tags beside stepkey-subject, stepkey-client and stepkey-grant.'),
  trace: z.enum(['mints', 'every-request']).default('mints'),
});

export type GrantFile = z.infer<typeof grantFileSchema>;
export type GrantRole = z.infer<typeof role>;
export type GrantStatement = z.infer<typeof statement>;
export type GrantRule = z.infer<typeof rule>;

/** A grant that passed every check, under the name of its file. */
export interface Grant extends GrantFile {
  readonly name: string;
}
