/** The embedded DynamoDB engine: dynalite's actions on its own database, called in-process. */
import { setImmediate } from 'node:timers/promises';
import database from 'dynalite/db/index.js';
import type { DatabaseChange, DynaliteStore, DynaliteTable } from 'dynalite/db/index.js';
import validations from 'dynalite/validations/index.js';
import { AwsError } from '../../aws.ts';
import { createWriteQueue } from '../../state/write-queue.ts';
import { levelFailure, refuseForeignFiles } from '../../state/level-failure.ts';
import { actions } from './actions.ts';
import type { EngineOperation } from './actions.ts';
import { createItemsOnTheWay } from './items-on-the-way.ts';
import { keepParsedExpressions } from './parsed-expressions.ts';
import { watchStore } from './watched-store.ts';
import type { Observe } from './watched-store.ts';
import type { Item } from './stored-item.ts';

export interface Engine {
  /** @throws AwsError as DynamoDB answers */
  readonly run: (
    operation: EngineOperation,
    input: Record<string, unknown>,
    observe?: Observe,
  ) => Promise<Record<string, unknown>>;
  /** The input as DynamoDB understands it, expressions parsed. @throws AwsError ValidationException */
  readonly parse: (
    operation: EngineOperation,
    input: Record<string, unknown>,
  ) => Record<string, unknown>;
  /** Undefined where there is no active table. */
  readonly table: (name: string) => DynaliteTable | undefined;
  readonly tableNames: () => Promise<string[]>;
  /** Every item of a table, in no order that means anything, as it was when its turn came. */
  readonly items: (tableName: string) => AsyncIterable<Item>;
  /** The values whose keys lie in the range, in the order of the keys. */
  readonly range: (range: {
    readonly gt: string;
    readonly lt: string;
    readonly limit: number;
    readonly reverse?: boolean;
  }) => Promise<unknown[]>;
  readonly clear: (range: { readonly gte: string; readonly lt: string }) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * So much is gathered in memory, beside its log, before it is sorted into files: with LevelDB's own 4 MB, files are merged
 * with each other all the time while hand-outs are recorded. What a killed process had gathered is read again from the log.
 */
const sortedAtOnceBytes = 32 * 1024 * 1024;

keepParsedExpressions();

const writers: ReadonlySet<EngineOperation> = new Set([
  'BatchWriteItem',
  'DeleteItem',
  'PutItem',
  'UpdateItem',
]);

const asAwsError = (error: unknown): unknown => {
  if (!(error instanceof Error) || !('body' in error)) return error;
  const body = error.body as { __type: string; message?: string; Message?: string };
  return new AwsError(body.__type.replace(/^.*#/, ''), body.message ?? body.Message ?? '');
};

/**
 * Has dynalite give its iterators back. It ends them by a method that those of `level` do not have: each query would
 * hold on to the database as it was at that moment, its files and every value that was written over since.
 */
const releaseIterators = ({ db }: DynaliteStore): void => {
  for (const kind of ['keys', 'values'] as const) {
    const open = db[kind].bind(db);
    db[kind] = (range) => {
      const iterator = open(range);
      return Object.assign(iterator, { return: () => iterator.close() });
    };
  }
};

/** Finishes what a kill interrupted: a table would else stay between its two states for ever. */
const finishTables = async (store: DynaliteStore): Promise<DynaliteTable[]> => {
  const tables: DynaliteTable[] = [];
  for await (const [key, value] of store.db.iterator({ gte: 'table~', lt: 'table~\xff' })) {
    const table = value as DynaliteTable;
    if (table.TableStatus === 'DELETING') {
      const prefix = `item-${table.TableName}~`;
      await store.db.clear({ gte: prefix, lt: `${prefix}\xff` });
      await store.db.del(key);
    } else {
      table.TableStatus = 'ACTIVE';
      await store.db.put(key, table);
      tables.push(table);
    }
  }
  return tables;
};

/**
 * @param path directory of the tables; null keeps them in memory
 * @throws StateError when another process uses it, or it is damaged
 */
export const openEngine = async (
  path: string | null,
  place: { readonly accountId: string; readonly region: string },
): Promise<Engine> => {
  if (path !== null) await refuseForeignFiles(path);
  const store = database.create({
    ...(path === null ? {} : { path }),
    createTableMs: 0,
    deleteTableMs: 0,
  });
  releaseIterators(store);
  store.tableDb.awsAccountId = place.accountId;
  store.tableDb.awsRegion = place.region;
  let tables: Map<string, DynaliteTable>;
  try {
    await store.db.open({ writeBufferSize: sortedAtOnceBytes });
    tables = new Map((await finishTables(store)).map((table) => [table.TableName, table]));
  } catch (error) {
    throw levelFailure(path ?? 'memory', error);
  }

  const onTheWay = createItemsOnTheWay();
  const queue = createWriteQueue<DatabaseChange>((changes) => store.db.batch(changes));

  const readTable = (name: string): DynaliteTable | undefined => {
    const known = tables.get(name);
    if (known !== undefined) return known;
    const table = store.db.getSync(`table~${name}`) as DynaliteTable | undefined;
    if (table?.TableStatus !== 'ACTIVE') return undefined;
    tables.set(name, table);
    return table;
  };

  /** Creating and deleting end soon after dynalite has answered. */
  const settled = async (name: string): Promise<void> => {
    for (;;) {
      const table = store.db.getSync(`table~${name}`) as DynaliteTable | undefined;
      if (table === undefined || table.TableStatus === 'ACTIVE') return;
      await setImmediate();
    }
  };

  const parse: Engine['parse'] = (operation, input) => {
    const { rules, writtenOutTypes } = actions[operation];
    try {
      // dynalite copies what it knows, and takes out of its input what it does not.
      const typed = validations.checkTypes({ ...input }, writtenOutTypes);
      validations.checkValidations(typed, rules.types, rules.custom, store);
      return typed;
    } catch (error) {
      throw asAwsError(error);
    }
  };

  const run: Engine['run'] = async (operation, input, observe = () => null) => {
    const typed = parse(operation, input);
    if (operation === 'DeleteTable') tables.delete(String(typed['TableName']));
    let old: Item | undefined;
    const rests: Promise<unknown>[] = [];
    const view = watchStore(
      { store, readTable, write: queue.write, onTheWay },
      {
        isWrite: writers.has(operation),
        observe,
        sawOld(item) {
          old = item;
        },
        restsOn(written) {
          rests.push(written);
        },
      },
    );
    const isTableCall = operation.endsWith('Table');
    const output = await new Promise<Record<string, unknown>>((resolve, reject) => {
      actions[operation].act(isTableCall ? store : view, typed, (error, result) => {
        if (error === null || error === undefined) {
          resolve(result ?? {});
          return;
        }
        const refusal = asAwsError(error);
        const wantsOld = input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD';
        if (!(refusal instanceof AwsError)) {
          reject(new Error('The DynamoDB engine failed.', { cause: error }));
        } else if (
          refusal.code === 'ConditionalCheckFailedException' &&
          wantsOld &&
          old !== undefined
        ) {
          reject(new AwsError(refusal.code, refusal.message, { members: { Item: old } }));
        } else {
          reject(refusal);
        }
      });
    }).finally(async () => {
      // Also of a refusal: what it tells of must not be lost any more.
      await Promise.all(rests).catch((cause: unknown) => {
        throw new Error('The DynamoDB engine failed.', { cause });
      });
    });
    if (!isTableCall) return output;
    // dynalite changes the answer when the table has settled: the caller gets it as it was.
    const answer = structuredClone(output);
    await settled(String(typed['TableName']));
    return answer;
  };

  return {
    run,
    parse,
    table: readTable,
    tableNames: async () => {
      const names: string[] = [];
      for await (const [key] of store.db.iterator({ gte: 'table~', lt: 'table~\xff' })) {
        names.push(key.slice('table~'.length));
      }
      return names;
    },
    items: async function* (tableName) {
      const prefix = `item-${tableName}~`;
      for await (const [, item] of store.db.iterator({ gte: prefix, lt: `${prefix}\xff` })) {
        yield item as Item;
      }
    },
    range: async (range) => {
      const values: unknown[] = [];
      for await (const [, value] of store.db.iterator(range)) values.push(value);
      return values;
    },
    clear: (range) => store.db.clear(range),
    close: async () => {
      await queue.settled();
      await store.db.close();
    },
  };
};
