import type { Node } from 'constructs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';

const prefix = 'stepkey:';

const commaSeparated = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** Client names are those of grants, so that they fit into the machine's expressions as they are. */
const clientShares = z.string().transform((text, context): Record<string, number> => {
  const shares: Record<string, number> = {};
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const [, client, calls] = /^\s*([a-z][a-z0-9-]*)=([1-9]\d{0,5})\s*$/.exec(part) ?? [];
    if (client === undefined || calls === undefined || client in shares) {
      context.addIssue('expected client=calls, separated by commas, each client once');
      return z.NEVER;
    }
    shares[client] = Number(calls);
  }
  return shares;
});

/** What an operator may set with `-c stepkey:<name>=<value>` or in the context of cdk.json. */
const settingsSchema = z.strictObject({
  /** Begins the name of everything that the deployment makes. */
  deploymentName: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,19}$/)
    .default('stepkey'),
  identityMode: z.enum(['linked', 'developer']).default('linked'),
  /** The account's quota of GetOpenIdTokenForDeveloperIdentity in this Region. */
  developerIdentityCallsPerSecond: z.coerce.number().int().min(1).default(50),
  /** The share of it that batches may use. */
  batchCallsPerSecond: z.coerce.number().int().min(1).default(30),
  /** How many of the account's STS calls the broker may make. */
  stsCallsPerSecond: z.coerce.number().int().min(1).default(300),
  /** How many of the account's KMS calls minting may make. */
  kmsCallsPerSecond: z.coerce.number().int().min(6).default(2000),
  /** Clients that may use only a share of the identity pool's budget: `batch=20,service=10`. */
  clientShares: clientShares.default({}),
  /** From one run of the reconciler to the next. */
  reconciliationMinutes: z.coerce.number().int().min(1).max(1440).default(5),
  /** How many people one run of it asks the user pool for. */
  reconciledSubjectsPerRun: z.coerce.number().int().min(1).max(1000).default(250),
  /** False where a trigger gives people groups that the user pool does not have. */
  reconcilesGroups: z.union([z.boolean(), z.stringbool()]).default(true),
  /** Origins of browsers that may call the API, separated by commas. */
  corsOrigins: commaSeparated.default([]),
  /** How much the functions log; no level logs a secret. */
  logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  /** For how many days nobody can change the copy of the ledger; 0 for no copy. */
  ledgerExportDays: z.coerce.number().int().min(0).max(36_500).default(365),
  /** Whether somebody with a right of their own can (`governance`), or nobody at all (`compliance`). */
  ledgerExportMode: z.enum(['governance', 'compliance']).default('governance'),
  /** How long functions, API and executions keep their logs: one of the numbers of days that CloudWatch takes. */
  logRetentionDays: z.coerce.number().pipe(z.enum(RetentionDays)).default(RetentionDays.ONE_YEAR),
  /** For how long a new version of a state machine has a tenth of the executions; 0: all of them at once. */
  machineTrialMinutes: z.coerce.number().int().min(0).max(2100).default(15),
  /** Where people read docs/runbook.md: the alarms link there. */
  runbookUrl: z.string().min(1).default('docs/runbook.md'),
  /** An SNS topic that the alarms tell. */
  alarmTopicArn: z
    .string()
    .regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+$/)
    .nullable()
    .default(null),
  /** How many refusals in five minutes are a matter of course. */
  deniedPerFiveMinutes: z.coerce.number().int().min(1).default(100),
  /** Keeps table, keys, bucket and user pool when the stack goes, and protects them against deletion. */
  keepData: z.union([z.boolean(), z.stringbool()]).default(true),
});

export type DeploymentSettings = z.infer<typeof settingsSchema>;

/** Reads the deployment's settings from the context; a value that does not fit stops the synthesis. */
export const settingsOf = (node: Node): DeploymentSettings => {
  const given = Object.keys(settingsSchema.shape).flatMap((name) => {
    const value: unknown = node.tryGetContext(prefix + name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const parsed = settingsSchema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  throw new Error(
    parsed.error.issues
      .map(({ path, message }) => `${prefix}${path.map(String).join('.')}: ${message}`)
      .join('\n'),
  );
};
