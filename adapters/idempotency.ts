import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyInconsistentStateError,
  IdempotencyPersistenceLayerError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { StepkeyError } from '../core/errors.ts';
import { awsFailure } from './aws-failures.ts';

type LambdaContext = Parameters<IdempotencyConfig['registerLambdaContext']>[0];

/**
 * Runs a piece of work once per key, and answers repetitions with the first answer.
 * @throws Session.InProgress while another run of the same key goes on
 * @throws Upstream.Throttled, Upstream.Unavailable
 * @throws what the work throws; then the key is free again
 */
export type Once = <Answer>(key: string, work: () => Promise<Answer>) => Promise<Answer>;

/**
 * Once-only work, remembered in the partition `IDEMPOTENCY#<name>` of the one table; the sort key is a hash of the key.
 * Answers are stored in clear: only for work whose answer is JSON and holds nothing secret.
 * @param leaseMillis how long a run may take before another may start beside it: the function's own time limit
 */
export const onceFor = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly name: string;
  readonly leaseMillis: number;
  readonly rememberSeconds: number;
}): Once => {
  const persistenceStore = new DynamoDBPersistenceLayer({
    tableName: options.tableName,
    awsSdkV3Client: options.client,
    keyAttr: 'pk',
    sortKeyAttr: 'sk',
    staticPkValue: `IDEMPOTENCY#${options.name}`,
    expiryAttr: 'deleteAfterEpochSeconds',
  });
  const config = new IdempotencyConfig({
    hashFunction: 'sha256',
    expiresAfterSeconds: options.rememberSeconds,
    // All that the library reads of it; without it a crashed run would block its key until it is forgotten.
    lambdaContext: { getRemainingTimeInMillis: () => options.leaseMillis } as LambdaContext,
  });
  return async <Answer>(key: string, work: () => Promise<Answer>) => {
    // The library takes the key from the first argument of what it wraps.
    const keyed: (key: string) => Promise<Answer> = () => work();
    try {
      return await makeIdempotent(keyed, { persistenceStore, config, keyPrefix: options.name })(
        key,
      );
    } catch (error) {
      if (
        error instanceof IdempotencyAlreadyInProgressError ||
        error instanceof IdempotencyInconsistentStateError
      ) {
        throw new StepkeyError('Session.InProgress', { cause: error });
      }
      if (error instanceof IdempotencyPersistenceLayerError) throw awsFailure(error.cause);
      throw error;
    }
  };
};
