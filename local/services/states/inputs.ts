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

const maxResults = z.int().min(0).max(1_000).optional();

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
    maxResults,
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
  describeExecution: z.object({
    executionArn: z.string().min(1).max(256),
    includedData: z.enum(['ALL_DATA', 'METADATA_ONLY']).default('ALL_DATA'),
  }),
  history: z.object({
    executionArn: z.string().min(1).max(256),
    maxResults,
    nextToken: z.string().optional(),
    reverseOrder: z.boolean().default(false),
    includeExecutionData: z.boolean().default(true),
  }),
  listExecutions: z.object({
    stateMachineArn: z.string().max(256).optional(),
    mapRunArn: z.string().max(2_000).optional(),
    statusFilter: z
      .enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'])
      .optional(),
    maxResults,
    nextToken: z.string().optional(),
  }),
  stop: z.object({
    executionArn: z.string().min(1).max(256),
    error: z.string().max(256).optional(),
    cause: z.string().max(32_768).optional(),
  }),
  testState: z.object({
    definition: z.string().max(1_048_576),
    roleArn: z.string().optional(),
    input: z.string().default('{}'),
    inspectionLevel: z.enum(['INFO', 'DEBUG', 'TRACE']).default('INFO'),
    variables: z.string().default('{}'),
    stateName: z.string().max(80).optional(),
    context: z.string().optional(),
    mock: z
      .object({
        result: z.string().optional(),
        errorOutput: z
          .object({ error: z.string().default(''), cause: z.string().default('') })
          .optional(),
        fieldValidationMode: z.enum(['STRICT', 'PRESENT', 'NONE']).default('STRICT'),
      })
      .refine(({ errorOutput, result }) => (errorOutput === undefined) !== (result === undefined))
      .optional(),
    stateConfiguration: z.object({ retrierRetryCount: z.int().min(0).default(0) }).prefault({}),
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
