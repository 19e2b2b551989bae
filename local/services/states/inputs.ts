/** The shapes of the calls' inputs. */
import * as z from 'zod';
import { AwsError } from '../../aws.ts';

const logging = z.object({
  level: z.enum(['ALL', 'ERROR', 'FATAL', 'OFF']).default('OFF'),
  includeExecutionData: z.boolean().default(false),
  destinations: z
    .array(z.object({ cloudWatchLogsLogGroup: z.object({ logGroupArn: z.string() }) }))
    .max(1)
    .default([]),
});

const encryption = z.object({
  type: z.enum(['AWS_OWNED_KEY', 'CUSTOMER_MANAGED_KMS_KEY']),
  kmsKeyId: z.string().optional(),
});

const machineType = z.enum(['EXPRESS', 'STANDARD']);

export const inputs = {
  create: z.object({
    name: z.string(),
    definition: z.string().max(1_048_576),
    roleArn: z.string(),
    type: machineType.default('STANDARD'),
    loggingConfiguration: logging.optional(),
    encryptionConfiguration: encryption.optional(),
  }),
  update: z.object({
    stateMachineArn: z.string(),
    definition: z.string().max(1_048_576).optional(),
    roleArn: z.string().optional(),
    loggingConfiguration: logging.optional(),
    encryptionConfiguration: encryption.optional(),
  }),
  machine: z.object({ stateMachineArn: z.string() }),
  list: z.object({
    maxResults: z.int().min(0).max(1_000).optional(),
    nextToken: z.string().optional(),
  }),
  start: z.object({
    stateMachineArn: z.string().max(256),
    name: z.string().optional(),
    input: z.string().default('{}'),
    traceHeader: z.string().optional(),
  }),
  startSync: z.object({
    stateMachineArn: z.string().max(256),
    name: z.string().optional(),
    input: z.string().default('{}'),
    traceHeader: z.string().optional(),
    includedData: z.enum(['ALL_DATA', 'METADATA_ONLY']).default('ALL_DATA'),
  }),
  validate: z.object({
    definition: z.string().max(1_048_576),
    type: machineType.default('STANDARD'),
    severity: z.enum(['ERROR', 'WARNING']).default('ERROR'),
    maxResults: z.int().min(0).max(100).default(0),
  }),
};

export type LoggingInput = z.infer<typeof logging>;
export type EncryptionInput = z.infer<typeof encryption>;

/** @throws AwsError ValidationException naming the members at fault, never their values */
export const read = <T extends z.ZodType>(schema: T, input: unknown): z.infer<T> => {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const members = parsed.error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`);
  throw new AwsError('ValidationException', `Invalid input: ${members.join(', ')}`);
};
