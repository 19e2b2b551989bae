import { randomUUID } from 'node:crypto';
import {
  listedAttributes,
  listIndexes,
  listSortAttribute,
} from '../../../core/ledger/list-indexes.ts';
import { createDynamoDbService } from '../../../local/services/dynamodb/service.ts';
import { createKmsService } from '../../../local/services/kms/service.ts';
import { memoryKeyVault } from '../../../local/state/keys.ts';
import { memoryStore } from '../../../local/state/store.ts';
import { AwsError, type Service } from '../../../local/aws.ts';
import { startAwsWire, type AwsWire, type WireCall } from './aws-wire.ts';
import { twinContext } from '../twin/call-context.ts';

const systemClock = { nowEpochMillis: () => Date.now() };

/** A service of the twin on a wire of its own, without the twin's access checks. */
export interface WireService {
  readonly wire: AwsWire;
  /** Undoes what a test let the wire answer instead. */
  readonly mend: () => void;
  /** Calls the service directly. */
  readonly call: (
    operation: string,
    input: Record<string, unknown>,
  ) => Promise<Record<string, unknown>>;
  readonly close: () => Promise<void>;
}

const putOnWire = (service: Service, close: () => Promise<void>): Promise<WireService> =>
  putCallsOnWire((operation, input) => {
    const found = service.operations[operation];
    if (found === undefined) throw new TypeError(`${service.name} has no ${operation}`);
    return found.run(input, twinContext);
  }, close);

const putCallsOnWire = async (
  call: WireService['call'],
  close: () => Promise<void>,
): Promise<WireService> => {
  const wire = await startAwsWire();
  const respond = ({ operation, input }: WireCall) => call(operation, input);
  wire.respond = respond;
  return {
    wire,
    call,
    mend: () => {
      wire.respond = respond;
    },
    close: async () => {
      await wire.close();
      await close();
    },
  };
};

export const tableName = 'stepkey-table';

const tableDefinition = {
  TableName: tableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    'pk',
    'sk',
    listSortAttribute,
    ...Object.values(listIndexes).map(({ attribute }) => attribute),
  ].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: Object.values(listIndexes).map(({ index, attribute }) => ({
    IndexName: index,
    KeySchema: [
      { AttributeName: attribute, KeyType: 'HASH' },
      { AttributeName: listSortAttribute, KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...listedAttributes] },
  })),
};

/** Another DynamoDB than the twin's, which judges both the twin and what is tested: `npm run test:soak` sets it. */
const judge = process.env['STEPKEY_DYNAMODB'];

/** Calls a DynamoDB that looks at no signature. Each access key has tables of its own there. */
const callsTo = (endpoint: string): WireService['call'] => {
  const accessKeyId = `judged${randomUUID().replaceAll('-', '')}`;
  return async (operation, input) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261121/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(input),
    });
    const output = (await response.json()) as Record<string, unknown>;
    if (response.ok) return output;
    const { __type: type, message, Message: spelledOtherwise = message, ...members } = output;
    throw new AwsError(String(type).replace(/^.*#/, ''), String(spelledOtherwise), {
      statusCode: response.status,
      members,
    });
  };
};

/** DynamoDB with the one table, empty. */
export const dynamoDbOnWire = async (): Promise<WireService> => {
  if (judge !== undefined) {
    const call = callsTo(judge);
    await call('CreateTable', tableDefinition);
    return putCallsOnWire(call, () => Promise.resolve());
  }
  const service = await createDynamoDbService({
    directory: null,
    store: memoryStore(),
    clock: systemClock,
  });
  await service.createTable(tableDefinition);
  return putOnWire(service, () => service.close());
};

/** KMS with two keys. */
export const kmsOnWire = async (): Promise<
  WireService & { readonly keyArn: string; readonly otherKeyArn: string }
> => {
  const service = await createKmsService({
    store: memoryStore(),
    vault: memoryKeyVault(),
    clock: systemClock,
  });
  const { keyArn } = await service.createKey({ name: 'sealing' });
  const other = await service.createKey({ name: 'other' });
  const onWire = await putOnWire(service, () => Promise.resolve());
  return { ...onWire, keyArn, otherKeyArn: other.keyArn };
};
