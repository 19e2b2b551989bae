/** The shapes of the calls' inputs. */
import * as z from 'zod';
import { AwsError } from '../../aws.ts';

const ruleName = z
  .string()
  .max(64)
  .regex(/^[.\-_A-Za-z0-9]+$/u);
const busName = z
  .string()
  .max(1_600)
  .regex(/^[/.\-_A-Za-z0-9:]+$/u)
  .optional();
const targetId = z
  .string()
  .max(64)
  .regex(/^[.\-_A-Za-z0-9]+$/u);
const page = {
  NextToken: z.string().max(2_048).optional(),
  Limit: z.int().min(1).max(100).optional(),
};
const rule = { Name: ruleName, EventBusName: busName };

const target = z.object({
  Id: targetId,
  Arn: z.string().min(1).max(1_600),
  RoleArn: z.string().min(1).max(1_600).optional(),
  Input: z.string().max(8_192).optional(),
  InputPath: z.string().max(256).optional(),
  InputTransformer: z
    .object({
      InputPathsMap: z.record(z.string(), z.string().max(256)).optional(),
      InputTemplate: z.string().min(1).max(8_192),
    })
    .optional(),
  DeadLetterConfig: z.object({ Arn: z.string().optional() }).optional(),
  RetryPolicy: z
    .object({
      MaximumRetryAttempts: z.int().min(0).max(185).optional(),
      MaximumEventAgeInSeconds: z.int().min(60).max(86_400).optional(),
    })
    .optional(),
});

export const inputs = {
  createBus: z.object({
    Name: z
      .string()
      .max(256)
      .regex(/^[/.\-_A-Za-z0-9]+$/u),
    Description: z.string().max(512).optional(),
  }),
  deleteBus: z.object({ Name: busName.unwrap() }),
  describeBus: z.object({ Name: busName }),
  listBuses: z.object({ NamePrefix: z.string().max(256).optional(), ...page }),
  putRule: z.object({
    ...rule,
    ScheduleExpression: z.string().max(256).optional(),
    EventPattern: z.string().max(4_096).optional(),
    State: z
      .enum(['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'])
      .optional(),
    Description: z.string().max(512).optional(),
    RoleArn: z.string().max(1_600).optional(),
  }),
  rule: z.object(rule),
  listRules: z.object({
    NamePrefix: ruleName.optional(),
    EventBusName: busName,
    ...page,
  }),
  putTargets: z.object({
    Rule: ruleName,
    EventBusName: busName,
    Targets: z.array(target.loose()).min(1).max(100),
  }),
  removeTargets: z.object({
    Rule: ruleName,
    EventBusName: busName,
    Ids: z.array(targetId).min(1).max(100),
  }),
  listTargets: z.object({ Rule: ruleName, EventBusName: busName, ...page }),
  testPattern: z.object({ EventPattern: z.string().max(4_096), Event: z.string() }),
  putEvents: z.object({
    Entries: z
      .array(
        z.object({
          Time: z.union([z.number().min(0).max(253_402_300_799), z.date()]).optional(),
          Source: z.string().optional(),
          Resources: z.array(z.string()).optional(),
          DetailType: z.string().optional(),
          Detail: z.string().optional(),
          EventBusName: busName,
        }),
      )
      .min(1)
      .max(10),
  }),
};

export type PutEventsEntry = z.infer<typeof inputs.putEvents>['Entries'][number];
export type TargetInput = z.infer<typeof target>;

/** The members of a target that the twin knows; others mean that it would do something else than AWS. */
export const targetMembers: ReadonlySet<string> = new Set(Object.keys(target.shape));

const constraintOf = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'too_big')
    return `Member must have length or value less than or equal to ${String(issue.maximum)}`;
  if (issue.code === 'too_small')
    return `Member must have length or value greater than or equal to ${String(issue.minimum)}`;
  if (issue.code === 'invalid_format' && 'pattern' in issue)
    return `Member must satisfy regular expression pattern: ${issue.pattern ?? ''}`;
  return issue.code === 'invalid_value'
    ? `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`
    : 'Member must not be null and of the modelled type';
};

/** `Targets.0.Id` as AWS writes it: `targets.1.member.id`. */
const memberPath = (path: readonly PropertyKey[]): string =>
  path
    .map((part) =>
      typeof part === 'number'
        ? `${String(part + 1)}.member`
        : String(part).replace(/^[A-Z]/u, (initial) => initial.toLowerCase()),
    )
    .join('.');

/** @throws AwsError ValidationException naming the members at fault, never their values */
export const read = <T extends z.ZodType>(schema: T, input: unknown): z.infer<T> => {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    (issue) =>
      `Value at '${memberPath(issue.path)}' failed to satisfy constraint: ${constraintOf(issue)}`,
  );
  const count = faults.length;
  throw new AwsError(
    'ValidationException',
    `${String(count)} validation error${count === 1 ? '' : 's'} detected: ${faults.join('; ')}`,
  );
};
