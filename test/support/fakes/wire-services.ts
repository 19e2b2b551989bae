import {
  listedAttributes,
  listIndexes,
  listSortAttribute,
} from '../../../core/ledger/list-indexes.ts';
import { createDynamoDbService } from '../../../local/services/dynamodb/service.ts';
import { createKmsService } from '../../../local/services/kms/service.ts';
import { memoryKeyVault } from '../../../local/state/keys.ts';
import { memoryStore } from '../../../local/state/store.ts';
import type { Service } from '../../../local/aws.ts';
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

const putOnWire = async (service: Service, close: () => Promise<void>): Promise<WireService> => {
  const wire = await startAwsWire();
  const call = (operation: string, input: Record<string, unknown>) => {
    const found = service.operations[operation];
    if (found === undefined) throw new TypeError(`${service.name} has no ${operation}`);
    return found.run(input, twinContext);
  };
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

/** DynamoDB with the one table, empty. */
export const dynamoDbOnWire = async (): Promise<WireService> => {
  const service = await createDynamoDbService({
    directory: null,
    store: memoryStore(),
    clock: systemClock,
  });
  await service.createTable({
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
  });
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
