/** What each DynamoDB call needs to be allowed. */
import type { DynaliteTable } from 'dynalite/db/index.js';
import type { AccessRequest } from '../../iam/policy.ts';
import { twinAccountId, twinRegion } from '../../identity.ts';
import type { Engine } from './engine.ts';
import type { Item } from './stored-item.ts';

type Input = Record<string, unknown>;

interface KeyCondition {
  readonly AttributeValueList?: readonly Record<string, unknown>[];
}

interface WriteRequest {
  readonly PutRequest?: { readonly Item?: Item } | null;
  readonly DeleteRequest?: { readonly Key?: Item } | null;
}

export interface TableAccess {
  /** Calls on one item: its key is in `Key` or `Item`. */
  readonly onItem: (operation: string, input: Input) => AccessRequest[];
  /** BatchGetItem and BatchWriteItem: one request per table. */
  readonly onItems: (operation: string, input: Input) => AccessRequest[];
  /** Query and Scan. */
  readonly onMany: (operation: 'Query' | 'Scan', input: Input) => AccessRequest[];
  readonly onTable: (operation: string, input: Input) => AccessRequest[];
  /** BatchExecuteStatement: one request per table. */
  readonly onInserts: (
    inserts: readonly { readonly tableName: string; readonly item: Item }[],
  ) => AccessRequest[];
}

/** A table may be named by its ARN. */
export const tableNameOf = (name: unknown): string => String(name).replace(/^arn:.*:table\//, '');

const given = (input: Input, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = input[name];
      return typeof value === 'string' ? [[`dynamodb:${name}`, value] as const] : [];
    }),
  );

export const createTableAccess = (
  engine: Pick<Engine, 'table' | 'parse'>,
  arnOf: (tableName: string) => string,
  keyArnOf: (tableName: string) => string | null,
): TableAccess => {
  /** DynamoDB opens a table under a customer-managed key in its caller's name. */
  const keyOf = (tableName: string): AccessRequest[] => {
    const keyArn = keyArnOf(tableName);
    if (keyArn === null) return [];
    const context = {
      'aws:dynamodb:tableName': tableName,
      'aws:dynamodb:subscriberId': twinAccountId,
    };
    return [
      {
        action: 'kms:Decrypt',
        resource: keyArn,
        conditionKeys: {
          'kms:ViaService': `dynamodb.${twinRegion}.amazonaws.com`,
          'kms:CallerAccount': twinAccountId,
          'kms:EncryptionContextKeys': Object.keys(context),
          ...Object.fromEntries(
            Object.entries(context).map(([name, value]) => [
              `kms:EncryptionContext:${name}`,
              value,
            ]),
          ),
        },
      },
    ];
  };
  /** By the key's declared type, as the engine reads it: a stray second member must not be authorized in its place. */
  const keyText = (
    table: DynaliteTable | undefined,
    attribute: string | undefined,
    value: Readonly<Record<string, unknown>> | null | undefined,
  ): string[] => {
    const type = table?.AttributeDefinitions.find(
      ({ AttributeName }) => AttributeName === attribute,
    )?.AttributeType;
    const text = type === undefined ? undefined : value?.[type];
    return typeof text === 'string' ? [text] : [];
  };
  const leadingKeys = (
    tableName: string,
    items: readonly (Item | null | undefined)[],
  ): string[] => {
    const table = engine.table(tableName);
    const name = table?.KeySchema[0]?.AttributeName;
    if (name === undefined) return [];
    return [...new Set(items.flatMap((item) => keyText(table, name, item?.[name])))];
  };
  const request = (
    operation: string,
    resource: string,
    keys: readonly string[],
    conditionKeys: Record<string, string> = {},
  ): AccessRequest => ({
    action: `dynamodb:${operation}`,
    resource,
    conditionKeys: {
      ...conditionKeys,
      ...(keys.length === 0 ? {} : { 'dynamodb:LeadingKeys': keys }),
    },
  });
  const queriedKeys = (tableName: string, input: Input): string[] => {
    const table = engine.table(tableName);
    const index = table?.GlobalSecondaryIndexes?.find(
      ({ IndexName }) => IndexName === input['IndexName'],
    );
    const name = (index ?? table)?.KeySchema[0]?.AttributeName;
    if (name === undefined) return [];
    const parsed = engine.parse('Query', { ...input, TableName: tableName });
    const conditions = parsed['KeyConditions'] as Record<string, KeyCondition> | undefined;
    return (conditions?.[name]?.AttributeValueList ?? []).flatMap((value) =>
      keyText(table, name, value),
    );
  };
  return {
    onItem: (operation, input) => {
      const name = tableNameOf(input['TableName']);
      const item = (input['Key'] ?? input['Item']) as Item | undefined;
      const conditionKeys = given(input, ['ReturnValues', 'ReturnConsumedCapacity']);
      return [
        request(operation, arnOf(name), leadingKeys(name, [item]), conditionKeys),
        ...keyOf(name),
      ];
    },
    onItems: (operation, input) =>
      Object.entries((input['RequestItems'] ?? {}) as Record<string, unknown>).flatMap(
        ([named, wanted]) => {
          const name = tableNameOf(named);
          const items = Array.isArray(wanted)
            ? (wanted as (WriteRequest | null)[]).map(
                (write) => write?.PutRequest?.Item ?? write?.DeleteRequest?.Key,
              )
            : ((wanted as { Keys?: Item[] } | null)?.Keys ?? []);
          return [request(operation, arnOf(name), leadingKeys(name, items)), ...keyOf(name)];
        },
      ),
    onMany: (operation, input) => {
      const name = tableNameOf(input['TableName']);
      const index = input['IndexName'];
      const resource = typeof index === 'string' ? `${arnOf(name)}/index/${index}` : arnOf(name);
      const keys = operation === 'Query' ? queriedKeys(name, input) : [];
      return [
        request(operation, resource, keys, given(input, ['Select', 'ReturnConsumedCapacity'])),
        ...keyOf(name),
      ];
    },
    onTable: (operation, input) => [request(operation, arnOf(tableNameOf(input['TableName'])), [])],
    onInserts: (inserts) =>
      [...new Set(inserts.map(({ tableName }) => tableName))].flatMap((name) => {
        const items = inserts.filter(({ tableName }) => tableName === name);
        const keys = leadingKeys(
          name,
          items.map(({ item }) => item),
        );
        return [request('PartiQLInsert', arnOf(name), keys), ...keyOf(name)];
      }),
  };
};
