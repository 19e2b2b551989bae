/** Calls on tables themselves. */
import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../../aws.ts';
import { tableNameOf } from './access.ts';
import type { Engine } from './engine.ts';
import { notFound, settingsFrom } from './tables.ts';
import type { Tables } from './tables.ts';

type Input = Record<string, unknown>;
type Run = (input: Input) => Promise<Record<string, unknown>>;

export interface TableOperations {
  readonly CreateTable: Run;
  readonly DescribeTable: Run;
  readonly DeleteTable: Run;
  readonly ListTables: Run;
  readonly UpdateTimeToLive: Run;
  readonly DescribeTimeToLive: Run;
  readonly DescribeContinuousBackups: Run;
}

const mostTablesListed = 100;

export const createTableOperations = (
  engine: Engine,
  tables: Tables,
  nowEpochMillis: () => number,
): TableOperations => {
  const known = (input: Input): string => {
    const name = tableNameOf(input['TableName']);
    if (engine.table(name) === undefined) throw notFound(name);
    return name;
  };
  return {
    CreateTable: async (input) => {
      const settings = settingsFrom(input, nowEpochMillis());
      const { TableDescription } = await engine.run('CreateTable', input);
      await tables.put(tableNameOf(input['TableName']), settings);
      return { TableDescription: tables.describe(TableDescription as Input) };
    },
    DescribeTable: async (input) => {
      const name = tableNameOf(input['TableName']);
      const { Table } = await engine.run('DescribeTable', { TableName: name });
      return { Table: tables.describe(Table as Input) };
    },
    DeleteTable: async (input) => {
      const name = tableNameOf(input['TableName']);
      if (tables.settingsOf(name).deletionProtection) {
        throw new AwsError(
          'ValidationException',
          'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
        );
      }
      const { TableDescription } = await engine.run('DeleteTable', { TableName: name });
      const description = tables.describe(TableDescription as Input);
      await tables.forget(name);
      return { TableDescription: description };
    },
    ListTables: async (input) => {
      const limit = input['Limit'] ?? mostTablesListed;
      const after = input['ExclusiveStartTableName'];
      if (!Number.isInteger(limit) || Number(limit) < 1 || Number(limit) > mostTablesListed) {
        throw new AwsError('ValidationException', 'Limit must be a number from 1 to 100.');
      }
      const names = [...(await engine.tableNames())]
        .sort()
        .filter((name) => typeof after !== 'string' || name > after);
      const TableNames = names.slice(0, Number(limit));
      const last = TableNames.at(-1);
      return {
        TableNames,
        ...(last === undefined || TableNames.length === names.length
          ? {}
          : { LastEvaluatedTableName: last }),
      };
    },
    UpdateTimeToLive: async (input) => {
      const name = known(input);
      const settings = tables.settingsOf(name);
      const wanted = (input['TimeToLiveSpecification'] ?? {}) as Input;
      const attribute = wanted['AttributeName'];
      const enabled = wanted['Enabled'];
      if (typeof attribute !== 'string' || typeof enabled !== 'boolean') {
        throw new AwsError(
          'ValidationException',
          'TimeToLiveSpecification needs AttributeName and Enabled.',
        );
      }
      const current = settings.timeToLiveAttribute;
      if (enabled === (current !== null)) {
        throw new AwsError(
          'ValidationException',
          `TimeToLive is already ${enabled ? 'enabled' : 'disabled'}`,
        );
      }
      if (!enabled && current !== attribute) {
        throw new AwsError(
          'ValidationException',
          `TimeToLive is active on a different AttributeName: current AttributeName is ${String(current)}`,
        );
      }
      await tables.put(name, { ...settings, timeToLiveAttribute: enabled ? attribute : null });
      return { TimeToLiveSpecification: { AttributeName: attribute, Enabled: enabled } };
    },
    DescribeTimeToLive: (input) => {
      const { timeToLiveAttribute } = tables.settingsOf(known(input));
      return Promise.resolve({
        TimeToLiveDescription:
          timeToLiveAttribute === null
            ? { TimeToLiveStatus: 'DISABLED' }
            : { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLiveAttribute },
      });
    },
    DescribeContinuousBackups: (input) => {
      const { pointInTimeRecovery } = tables.settingsOf(known(input));
      return Promise.resolve({
        ContinuousBackupsDescription: {
          ContinuousBackupsStatus: 'ENABLED',
          PointInTimeRecoveryDescription: {
            PointInTimeRecoveryStatus: pointInTimeRecovery ? 'ENABLED' : 'DISABLED',
          },
        },
      });
    },
  };
};

/**
 * Makes the table, or takes up the settings of one that is there with the same keys. Names of the input are those of `CreateTable` and, for time to live and recovery, of the template.
 * @throws AwsError ResourceInUseException when a table of this name has other keys
 */
export const ensureTable = async (
  engine: Engine,
  tables: Tables,
  operations: Pick<TableOperations, 'CreateTable'>,
  input: Input,
  nowEpochMillis: () => number,
): Promise<{ tableArn: string; streamArn: string | null }> => {
  const name = tableNameOf(input['TableName']);
  const existing = engine.table(name);
  if (existing === undefined) {
    await operations.CreateTable(input);
  } else {
    if (!isDeepStrictEqual(existing.KeySchema, input['KeySchema'])) {
      throw new AwsError('ResourceInUseException', `Table already exists: ${name}`);
    }
    const wanted = settingsFrom(input, nowEpochMillis());
    const { streamLabel } = tables.settingsOf(name);
    await tables.put(name, {
      ...wanted,
      streamLabel: wanted.streamLabel === null ? null : (streamLabel ?? wanted.streamLabel),
    });
  }
  return { tableArn: tables.arnOf(name), streamArn: tables.streamArnOf(name) };
};
