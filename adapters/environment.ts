import * as z from '../core/zod.ts';
import { StepkeyError } from '../core/errors.ts';
import { ambiguousNamesOf } from '../core/user-pools.ts';

const text = z.string().check(z.minLength(1));

const json = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.pipe(
    z.pipe(
      text,
      z.transform((value, context): unknown => {
        try {
          return JSON.parse(value);
        } catch {
          context.issues.push({ code: 'custom', message: 'must be JSON', input: value });
          return z.NEVER;
        }
      }),
    ),
    schema,
  );

const userPools = z
  .array(
    z.strictObject({
      // A colon would make the parts of a subject id ambiguous.
      alias: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,31}$/)),
      userPoolId: text,
      issuer: z.url({ protocol: /^https$/ }),
      clients: z.record(text, text),
    }),
  )
  .check(
    z.minLength(1),
    z.refine((pools) => ambiguousNamesOf(pools).length === 0),
  );

/** `partition`, `accountId` and what else the deployment's grants refer to. */
const templateValues = z.record(text, text);

/** Every variable that a function may be given, and what it must hold. */
export const variables = {
  AWS_REGION: text,
  /** Set where the AWS services are elsewhere than at AWS. */
  AWS_ENDPOINT_URL: z.pipe(
    z.optional(z.url({ protocol: /^https?$/ })),
    z.transform((value) => value ?? null),
  ),
  /** Where a function's own files are. */
  LAMBDA_TASK_ROOT: text,
  STEPKEY_VERSION: text,
  TABLE_NAME: text,
  EVENT_BUS_NAME: text,
  /** Of the queue with the records that could not be chained or told. */
  FAILED_QUEUE_URL: z.url({ protocol: /^https?$/ }),
  EXECUTION_LOG_GROUP: text,
  SEALING_KEY_ARN: z.string().check(z.regex(/^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/.+$/)),
  STATE_MACHINE_ARN: z.string().check(z.regex(/^arn:[a-z-]+:states:/)),
  USER_POOLS: json(userPools),
  DEVELOPER_PROVIDER: text,
  IDENTITY_POOL_ID: z.string().check(z.regex(/^[\w-]+:[0-9a-f-]+$/)),
  IDENTITY_MODE: z.enum(['linked', 'developer']),
  MAPPED_ROLE_ARN_PREFIX: z.string().check(z.regex(/^arn:[a-z-]+:iam::\d{12}:role\//)),
  TEMPLATE_VALUES: json(templateValues),
  DENY_POLICY_ARN: z.string().check(z.regex(/^arn:[a-z-]+:iam::\d{12}:policy\//)),
  /** The policies that deny in other accounts, each with the role that may write it. */
  SPOKE_DENY_POLICIES: json(
    z.array(
      z.strictObject({
        policyArn: z.string().check(z.regex(/^arn:[a-z-]+:iam::\d{12}:policy\//)),
        writerRoleArn: z.string().check(z.regex(/^arn:[a-z-]+:iam::\d{12}:role\//)),
      }),
    ),
  ),
  /** How long the longest session of a mapped role may last. */
  LONGEST_SESSION_SECONDS: z.coerce.number().check(z.int(), z.minimum(900), z.maximum(43_200)),
  /** Whether the groups that live sessions rest on are compared with the user pool's. */
  RECONCILES_GROUPS: z.stringbool(),
  /** How many people one run of the reconciler asks the user pool for. */
  SUBJECTS_PER_RUN: z.coerce.number().check(z.int(), z.minimum(1), z.maximum(1000)),
  CORS_ORIGINS: json(z.array(text)),
  BUCKET_NAME: text,
  WARRANT_SECONDS: z.coerce.number().check(z.int(), z.minimum(900), z.maximum(86_400)),
};

type Shape = Readonly<Record<string, z.ZodMiniType>>;
type Values<Of extends Shape> = { readonly [Name in keyof Of]: z.output<Of[Name]> };

/**
 * Reads what a function was configured with, once.
 * @param shape the variables that the function needs, picked from `variables`
 * @throws Config.Invalid naming every variable that is missing or wrong, never a value
 */
export const readEnvironment = <Of extends Shape>(
  environment: Readonly<Record<string, string | undefined>>,
  shape: Of,
): Values<Of> => {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(shape)) {
    // CloudFormation cannot leave a variable out: an empty one counts as absent.
    const raw = environment[name] === '' ? undefined : environment[name];
    const parsed = schema.safeParse(raw);
    if (parsed.success) values[name] = parsed.data;
    else faults.push(`${name} is ${raw === undefined ? 'missing' : 'invalid'}`);
  }
  if (faults.length > 0) {
    throw new StepkeyError('Config.Invalid', { faults });
  }
  return values as Values<Of>;
};
