import type { Node } from 'constructs';
import * as z from 'zod';

const prefix = 'stepkey:';

const commaSeparated = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** What an operator may set with `-c stepkey:<name>=<value>` or in the context of cdk.json. */
const settingsSchema = z.strictObject({
  /** Begins the name of everything that the deployment makes. */
  deploymentName: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,19}$/)
    .default('stepkey'),
  identityMode: z.enum(['linked', 'developer']).default('linked'),
  /** The account's quota of GetOpenIdTokenForDeveloperIdentity in this Region. */
  developerIdentityCallsPerSecond: z.coerce.number().int().min(2).default(50),
  /** The share of it that batches may use. */
  batchCallsPerSecond: z.coerce.number().int().min(2).default(30),
  /** Origins of browsers that may call the API, separated by commas. */
  corsOrigins: commaSeparated.default([]),
  /** How much the functions log; no level logs a secret. */
  logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
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
