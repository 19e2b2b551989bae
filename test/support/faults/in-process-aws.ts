/** DynamoDB, KMS and Step Functions of the twin behind the gate, as the adapters' clients and the machine see them. */
import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KMSClient } from '@aws-sdk/client-kms';

import { liveIndex } from '../../../core/revocations/live-index.ts';
import { AwsError, type AwsCall } from '../../../local/aws.ts';
import { createDynamoDbService } from '../../../local/services/dynamodb/service.ts';
import { createKmsService } from '../../../local/services/kms/service.ts';
import { memoryKeyVault } from '../../../local/state/keys.ts';
import { memoryStore } from '../../../local/state/store.ts';
import { twinContext } from '../twin/call-context.ts';
import type { Gate } from './gate.ts';
import type { VirtualTime } from './virtual-time.ts';

type Fields = Record<string, unknown>;

export const tableName = 'stepkey';

const unavailable = () =>
  new AwsError('InternalServerError', 'Internal error', { statusCode: 500 });
const throttled = () => new AwsError('ProvisionedThroughputExceededException', 'Rate exceeded');

/** An error as the SDK's client throws it. */
const asSdkError = (error: unknown): unknown => {
  if (!(error instanceof AwsError)) return error;
  const $metadata = { httpStatusCode: error.statusCode };
  return error.code === 'ConditionalCheckFailedException'
    ? new ConditionalCheckFailedException({ message: error.message, $metadata, ...error.members })
    : Object.assign(new Error(error.message), { name: error.code, $metadata, ...error.members });
};

/** @param hasLiveIndex for who looks into it; rows of a wrong shape, which it refuses, can be written without it */
export const inProcessAws = async (time: VirtualTime, gate: Gate, hasLiveIndex = false) => {
  const dynamodb = await createDynamoDbService({
    directory: null,
    store: memoryStore(),
    clock: time,
  });
  await dynamodb.createTable({
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      ...['pk', 'sk', ...(hasLiveIndex ? [liveIndex.attribute] : [])].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      ...(hasLiveIndex ? [{ AttributeName: liveIndex.sortAttribute, AttributeType: 'N' }] : []),
    ],
    ...(hasLiveIndex
      ? {
          GlobalSecondaryIndexes: [
            {
              IndexName: liveIndex.name,
              KeySchema: [
                { AttributeName: liveIndex.attribute, KeyType: 'HASH' },
                { AttributeName: liveIndex.sortAttribute, KeyType: 'RANGE' },
              ],
              Projection: { ProjectionType: 'ALL' },
            },
          ],
        }
      : {}),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
  const kms = await createKmsService({
    store: memoryStore(),
    vault: memoryKeyVault(),
    clock: time,
  });
  const { keyArn } = await kms.createKey({ name: 'sealing' });

  /** Past the gate. */
  const call: AwsCall = (service, operation, input) => {
    const found = (service === 'kms' ? kms : dynamodb).operations[operation];
    if (found === undefined) throw new TypeError(`${service} has no ${operation}`);
    return time.during(found.run(input, twinContext));
  };
  const guarded = (
    who: string,
    service: string,
    operation: string,
    input: Fields,
    timeoutMillis: number | null,
  ): Promise<Fields> =>
    gate.pass(
      `${who} ${service}:${operation}`,
      () => call(service, operation, input, twinContext),
      {
        fails: unavailable,
        throttles: throttled,
        // Of a write only that it was made is known by its answer: one that was not made, and said to be, is no fault
        // that anybody could notice.
        garbage: async (made) => {
          if (/^(Put|Update|Delete)/.test(operation)) await made();
          return {};
        },
        timeoutMillis,
      },
    );

  return {
    call,
    keyArn,
    close: () => dynamodb.close(),
    /** The ARN of one more key. */
    newKey: async (name: string): Promise<string> => (await kms.createKey({ name })).keyArn,
    /** The table as a state of the machine has it; no client gives up, the state's own limit does. */
    callOfState:
      (stateName: string): AwsCall =>
      (service, operation, input) =>
        guarded(stateName, service, operation, input, null),
    dynamoDbOf: (who: string): DynamoDBClient =>
      ({
        config: { region: () => Promise.resolve('us-east-1') },
        send: async (command: { readonly input: Fields; readonly constructor: unknown }) => {
          const { name } = command.constructor as { name: string };
          try {
            return await guarded(who, 'dynamodb', name.replace('Command', ''), command.input, 3000);
          } catch (error) {
            throw asSdkError(error);
          }
        },
        middlewareStack: {
          add: () => undefined,
          addRelativeTo: () => undefined,
          identify: () => [],
        },
      }) as unknown as DynamoDBClient,
    /** To be called within work that time stands still for: a sealer computes beside asking KMS. */
    kmsOf: (who: string): KMSClient => {
      const onWire = (value: unknown): unknown =>
        value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
      const send = async (command: { readonly input: Fields; readonly constructor: unknown }) => {
        const { name } = command.constructor as { name: string };
        const operation = name.replace('Command', '');
        const wired = Object.fromEntries(
          Object.entries(command.input).map(([key, value]) => [key, onWire(value)]),
        );
        try {
          const answer = await time.waitingFor(() => guarded(who, 'kms', operation, wired, 2000));
          return Object.fromEntries(
            Object.entries(answer).map(([key, value]) => [
              key,
              key === 'Plaintext' || key === 'CiphertextBlob'
                ? new Uint8Array(Buffer.from(String(value), 'base64'))
                : value,
            ]),
          );
        } catch (error) {
          throw asSdkError(error);
        }
      };
      // The sealer asks a client for nothing else.
      return {
        config: { region: () => Promise.resolve('us-east-1') },
        send,
      } as unknown as KMSClient;
    },
    rows: async (pk: string): Promise<readonly Record<string, { S?: string; N?: string }>[]> => {
      const input = {
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: pk } },
        ConsistentRead: true,
      };
      const { Items } = await call('dynamodb', 'Query', input, twinContext);
      return Items as Record<string, { S?: string; N?: string }>[];
    },
  };
};
