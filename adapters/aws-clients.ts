import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** Where the AWS services are. */
export interface AwsLocation {
  readonly region: string;
  /** Base URL that answers for every service; null for AWS's own endpoints. */
  readonly endpoint: string | null;
}

/**
 * How long one attempt may take and how often it is made. The sums stay below the callers' own limits
 * (task states 3–10 s, the front 25 s). What mints or spends quota is attempted once: the state machine repeats it.
 */
const limits = {
  dynamodb: { requestTimeout: 3000, maxAttempts: 3 },
  events: { requestTimeout: 3000, maxAttempts: 3 },
  kms: { requestTimeout: 2000, maxAttempts: 2 },
  'cognito-identity': { requestTimeout: 4000, maxAttempts: 1 },
  // At most three calls stand in one task of 5 s; the state machine repeats it.
  'cognito-idp': { requestTimeout: 1500, maxAttempts: 1 },
  iam: { requestTimeout: 4000, maxAttempts: 2 },
  sqs: { requestTimeout: 4000, maxAttempts: 2 },
  sts: { requestTimeout: 5000, maxAttempts: 1 },
  s3: { requestTimeout: 5000, maxAttempts: 3 },
  // The machine ends after 20 s; a sync execution is at most once, so it is never repeated.
  logs: { requestTimeout: 8000, maxAttempts: 2 },
  states: { requestTimeout: 22_000, maxAttempts: 1 },
} as const;

export type AwsService = keyof typeof limits;

/**
 * Where a client is given no logger, the SDK makes one that does nothing, and copies each input and output for its `info`. This one has no `info`:
 * that spares the copies, and no secret can be logged.
 */
const withoutInfo = (() => {
  const nothing = (): void => undefined;
  return {
    trace: nothing,
    debug: nothing,
    warn: nothing,
    error: nothing,
  } as unknown as NonNullable<DynamoDBClientConfig['logger']>;
})();

/** Configuration of one SDK client. Credentials stay the SDK's own default chain. */
export const clientSettings = (service: AwsService, aws: AwsLocation) => ({
  region: aws.region,
  ...(aws.endpoint === null ? {} : { endpoint: aws.endpoint }),
  // StartSyncExecution goes to `sync-<host>`, a name that an overridden endpoint does not have.
  disableHostPrefix: aws.endpoint !== null,
  maxAttempts: limits[service].maxAttempts,
  logger: withoutInfo,
  // Once for each command instead of with each call: nothing of ours changes a client's middleware.
  cacheMiddleware: true,
  requestHandler: {
    connectionTimeout: 3000,
    requestTimeout: limits[service].requestTimeout,
    // Without it the SDK only warns.
    throwOnRequestTimeout: true,
    // No ceiling: an execution holds its connection for seconds, and what queues for one would time out.
    httpAgent: { keepAlive: true, maxSockets: Infinity },
    httpsAgent: { keepAlive: true, maxSockets: Infinity },
  },
});
