import * as z from '../zod.ts';

/** What the HTTP API answers: these type the answers, and docs/openapi.json is generated from them. No function loads them. */

export const credentialsAnswer = z.strictObject({
  credentials: z.strictObject({
    accessKeyId: z.string(),
    secretAccessKey: z.string(),
    sessionToken: z.string(),
    expiration: z.iso.datetime().check(z.describe('Ends in Z.')),
  }),
  subject: z.string().check(z.describe('issuerAlias:sub')),
  identityId: z.string(),
  grant: z.string(),
  roleArn: z.string(),
  assumedRoleArn: z.string(),
  source: z.enum(['minted', 'cache']),
  stale: z
    .optional(z.literal(true))
    .check(
      z.describe('Present when less life is left than the minimum because AWS did not answer.'),
    ),
  sessionId: z.string(),
  issuanceId: z.string(),
  executionArn: z.string().check(z.describe('The execution that minted the session.')),
});

export type CredentialsAnswer = z.infer<typeof credentialsAnswer>;

/** @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
export const containerCredentialsAnswer = z.strictObject({
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  Token: z.string(),
  Expiration: z.iso.datetime(),
});

export type ContainerCredentialsAnswer = z.infer<typeof containerCredentialsAnswer>;

export const identityAnswer = z.strictObject({
  subject: z.string(),
  identityId: z.string(),
  linked: z
    .boolean()
    .check(z.describe("Whether the person's own login reaches the same identity.")),
});

export type IdentityAnswer = z.infer<typeof identityAnswer>;

const ruleTrace = z.strictObject({
  rule: z.int(),
  effect: z.enum(['allow', 'refuse']),
  matched: z.boolean(),
  failedCondition: z.nullable(z.string()),
});

/** How one grant answers a caller, for those who audit. */
export const grantTrace = z.strictObject({
  grant: z.string(),
  clientListed: z.boolean(),
  useFits: z.boolean(),
  rules: z.array(ruleTrace),
  allowedBy: z.nullable(z.int()),
});

export const decisionAnswer = z.strictObject({
  outcome: z.enum(['allowed', 'refused']),
  subject: z
    .nullable(z.string())
    .check(
      z.describe('issuerAlias:sub; null where the subject that was named may not be acted for.'),
    ),
  client: z.string(),
  actor: z.optional(z.string()).check(z.describe("The client that asks on the subject's behalf.")),
  error: z
    .optional(z.string())
    .check(z.describe('Name of the refusal, as docs/errors.md lists it.')),
  choices: z.optional(z.array(z.string())).check(z.describe('What the caller must choose from.')),
  grant: z.optional(z.string()),
  roleArn: z.optional(z.string()),
  sessionName: z.optional(z.string()),
  durationSeconds: z.optional(z.int()),
  tags: z.optional(z.record(z.string(), z.string())),
  identityId: z
    .optional(z.nullable(z.string()))
    .check(z.describe('Null until the subject is registered.')),
  sessionPolicy: z
    .optional(z.nullable(z.string()))
    .check(
      z.describe('As STS would get it; {{identityId}} stays open until the subject is registered.'),
    ),
  sessionPolicyCharacters: z.optional(z.int()).check(z.describe('STS takes at most 2,048.')),
  sessionPolicyParts: z
    .optional(
      z.array(
        z.strictObject({
          part: z
            .string()
            .check(z.describe('statements.<index>, or frame for what is around them.')),
          characters: z.int(),
        }),
      ),
    )
    .check(z.describe('What the characters are spent on; also of a policy that is too large.')),
  cacheKey: z
    .optional(z.string())
    .check(
      z.describe('Under which the session would be kept: who has the same one shares a session.'),
    ),
  trace: z
    .optional(z.array(grantTrace))
    .check(z.describe('Every rule that was tried; for auditors only.')),
});

export type DecisionAnswer = z.infer<typeof decisionAnswer>;

export const healthAnswer = z.strictObject({ status: z.literal('ok'), version: z.string() });

export type HealthAnswer = z.infer<typeof healthAnswer>;

export const problemAnswer = z.looseObject({
  type: z.url(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.optional(z.string()).check(z.describe('The request id.')),
  choices: z.optional(z.array(z.string())),
  faults: z.optional(z.array(z.string())),
  code: z
    .optional(z.string())
    .check(z.describe('Container paths only, as some SDKs read it; also as Code.')),
  message: z.optional(z.string()).check(z.describe('Container paths only; also as Message.')),
});
