/** DynamoDB on the embedded engine, with what the engine lacks: streams, time to live, table settings. */
import type { Clock } from '../../../core/ports.ts';
import { AwsError } from '../../aws.ts';
import type { Operation, Service } from '../../aws.ts';
import { twinAccountId, twinRegion } from '../../identity.ts';
import type { Store } from '../../state/store.ts';
import { createTableAccess, tableNameOf } from './access.ts';
import type { EngineOperation } from './actions.ts';
import { openEngine } from './engine.ts';
import { insertsOf, runInserts } from './insert-statements.ts';
import { createStreamOperations } from './stream-operations.ts';
import { lastSequenceNumberOf, sequenceNumberAt } from './streams.ts';
import type { StreamRecord, TableStream } from './streams.ts';
import { createTableOperations, ensureTable } from './table-operations.ts';
import { createTables, notFound } from './tables.ts';
import type { TableSettings } from './tables.ts';
import { deletionOfExpired, isExpired } from './time-to-live.ts';
import type { Accompaniment, ItemChange } from './watched-store.ts';

type Input = Record<string, unknown>;

export interface DynamoDbService extends Service {
  readonly createTable: (
    input: Input,
  ) => Promise<{ readonly tableArn: string; readonly streamArn: string | null }>;
  /** Records after a sequence number, oldest first; null reads from the oldest that is kept. */
  readonly readStream: (
    tableName: string,
    afterSequenceNumber: string | null,
  ) => Promise<readonly StreamRecord[]>;
  /** Calls back after each new record of a table's stream. Returns how to end that. */
  readonly watchStream: (tableName: string, listener: () => void) => () => void;
  /** Of the newest record of a table's stream; the empty text where there is none. */
  readonly lastSequenceNumber: (tableName: string) => string;
  /**
   * Deletes stream records that are older than 24 hours.
   * @param keepAfter of a table, the sequence number behind which nothing may go; null where all may
   */
  readonly pruneStreams: (keepAfter: (tableName: string) => string | null) => Promise<void>;
  /** Deletes what has expired, as AWS does some time within days. Returns how many items. */
  readonly sweepExpired: () => Promise<number>;
  readonly close: () => Promise<void>;
}

const streamRetentionMillis = 24 * 3_600_000;

const byName = (requestItems: unknown): Input => {
  const renamed = new Map<string, unknown>();
  for (const [named, wanted] of Object.entries((requestItems ?? {}) as Input)) {
    const name = tableNameOf(named);
    if (renamed.has(name)) {
      throw new AwsError('ValidationException', `The table ${name} is named twice`);
    }
    renamed.set(name, wanted);
  }
  return Object.fromEntries(renamed);
};

/**
 * @param directory where the tables lie; null keeps them in memory
 * @throws StateError when another process uses the directory, or it is damaged
 */
export const createDynamoDbService = async (deps: {
  readonly directory: string | null;
  readonly store: Store;
  readonly clock: Clock;
}): Promise<DynamoDbService> => {
  const { nowEpochMillis } = deps.clock;
  const place = { accountId: twinAccountId, region: twinRegion, nowEpochMillis };
  const settings = await deps.store.collection<TableSettings>('dynamodb-tables');
  const engine = await openEngine(deps.directory, place);
  const endedAt = new Map<string, string>();
  for (const [name] of settings.entries())
    endedAt.set(name, await lastSequenceNumberOf(engine, name));
  const tables = createTables(engine, settings, place, endedAt);
  const access = createTableAccess(engine, tables.arnOf, (name) => tables.settingsOf(name).keyArn);
  const tableOperations = createTableOperations(engine, tables, nowEpochMillis);

  const record = (change: ItemChange, byTimeToLive: boolean): Accompaniment | null =>
    tables.streamOf(change.tableName)?.recordOf(change, byTimeToLive) ?? null;
  const streamOf = (tableName: string): TableStream => {
    const stream = tables.streamOf(tableName);
    if (stream === undefined) throw notFound(tableName);
    return stream;
  };
  const run = async (operation: EngineOperation, input: Input): Promise<Input> => {
    const named = input['TableName'];
    const items = input['RequestItems'];
    return engine.run(
      operation,
      {
        ...input,
        ...(named === undefined ? {} : { TableName: tableNameOf(named) }),
        ...(items === undefined ? {} : { RequestItems: byName(items) }),
      },
      (change) => record(change, false),
    );
  };
  const onItem = (operation: EngineOperation): Operation => ({
    authorize: (input) => access.onItem(operation, input),
    run: (input) => run(operation, input),
  });
  const onItems = (operation: EngineOperation): Operation => ({
    authorize: (input) => access.onItems(operation, input),
    run: (input) => run(operation, input),
  });
  const onMany = (operation: 'Query' | 'Scan'): Operation => ({
    authorize: (input) => access.onMany(operation, input),
    run: (input) => run(operation, input),
  });
  const onTable = (operation: keyof typeof tableOperations): Operation => ({
    authorize: (input) => access.onTable(operation, input),
    run: async (input) => tableOperations[operation](input),
  });

  const sweepTable = async (tableName: string): Promise<number> => {
    const attribute = tables.settingsOf(tableName).timeToLiveAttribute;
    if (attribute === null) return 0;
    const keyNames = tables.keyNamesOf(tableName);
    const nowEpochSeconds = Math.floor(nowEpochMillis() / 1000);
    let deleted = 0;
    for await (const item of engine.items(tableName)) {
      if (!isExpired(item, attribute, nowEpochSeconds)) continue;
      try {
        const deletion = deletionOfExpired(tableName, item, keyNames, attribute);
        await engine.run('DeleteItem', deletion, (change) => record(change, true));
        deleted += 1;
      } catch (error) {
        // Someone gave the item a new expiry since it was read: it stays.
        if (error instanceof AwsError && error.code === 'ConditionalCheckFailedException') continue;
        throw error;
      }
    }
    return deleted;
  };

  return {
    name: 'dynamodb',
    operations: {
      GetItem: onItem('GetItem'),
      PutItem: onItem('PutItem'),
      UpdateItem: onItem('UpdateItem'),
      DeleteItem: onItem('DeleteItem'),
      BatchGetItem: onItems('BatchGetItem'),
      BatchWriteItem: onItems('BatchWriteItem'),
      BatchExecuteStatement: {
        authorize: (input) => access.onInserts(insertsOf(input)),
        run: (input) =>
          runInserts(insertsOf(input), tables.keyNamesOf, (item) => run('PutItem', item)),
      },
      Query: onMany('Query'),
      Scan: onMany('Scan'),
      CreateTable: onTable('CreateTable'),
      DescribeTable: onTable('DescribeTable'),
      DeleteTable: onTable('DeleteTable'),
      ListTables: {
        authorize: () => [{ action: 'dynamodb:ListTables', resource: '*' }],
        run: tableOperations.ListTables,
      },
      UpdateTimeToLive: onTable('UpdateTimeToLive'),
      DescribeTimeToLive: onTable('DescribeTimeToLive'),
      DescribeContinuousBackups: onTable('DescribeContinuousBackups'),
      ...createStreamOperations({ tables, tableNames: engine.tableNames }),
    },
    createTable: (input) => ensureTable(engine, tables, tableOperations, input, nowEpochMillis),
    readStream: async (tableName, after) => streamOf(tableName).read(after ?? '', Infinity),
    watchStream: (tableName, listener) => streamOf(tableName).watch(listener),
    lastSequenceNumber: (tableName) => streamOf(tableName).lastSequenceNumber(),
    pruneStreams: async (keepAfter) => {
      const oldest = sequenceNumberAt(nowEpochMillis() - streamRetentionMillis);
      for (const name of await engine.tableNames()) {
        const kept = keepAfter(name);
        await tables.streamOf(name)?.prune(kept !== null && kept < oldest ? kept : oldest);
      }
    },
    sweepExpired: async () => {
      let deleted = 0;
      for (const name of await engine.tableNames()) deleted += await sweepTable(name);
      return deleted;
    },
    close: () => engine.close(),
  };
};
