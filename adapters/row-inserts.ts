import {
  BatchExecuteStatementCommand,
  type BatchStatementError,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import DataLoader from 'dataloader';
import { StepkeyError, type ErrorName } from '../core/errors.ts';
import type { Timer } from '../core/ports.ts';
import { awsFailure, incompleteAnswer } from './aws-failures.ts';
import type { Row } from './rows.ts';
import { untilDone, type Attempt } from './until-done.ts';

/** @see Amazon DynamoDB API Reference, BatchExecuteStatement */
const mostStatementsPerCall = 25;

/** What DynamoDB says of a statement that is worth another attempt. @see Amazon DynamoDB API Reference, BatchStatementError */
const undoneNames: Readonly<Partial<Record<string, ErrorName>>> = {
  InternalServerError: 'Upstream.Unavailable',
  ProvisionedThroughputExceeded: 'Upstream.Throttled',
  RequestLimitExceeded: 'Upstream.Throttled',
  ThrottlingError: 'Upstream.Throttled',
  TransactionConflict: 'Upstream.Unavailable',
};

/** What became of one row. */
type Outcome = Attempt<boolean> | StepkeyError;

const outcomeOf = (failure: BatchStatementError | undefined): Outcome => {
  if (failure === undefined) return { result: true };
  const { Code: code = '', Message: message = '' } = failure;
  if (code === 'DuplicateItem') return { result: false };
  const undone = undoneNames[code];
  if (undone !== undefined) return { undone };
  return new StepkeyError('Upstream.Misconfigured', { cause: new Error(`${code}: ${message}`) });
};

/**
 * Adds rows, and can replace none: it needs the right `dynamodb:PartiQLInsert` only. Those that are added in one turn of the
 * event loop go in one BatchExecuteStatement, each in a statement of its own, which succeeds or fails by itself.
 * @returns whether the row was added; false where one of its key is there
 * @throws (each insert) Upstream.Throttled, Upstream.Unavailable, Upstream.Misconfigured
 * @see Amazon DynamoDB Developer Guide, "PartiQL insert statements"
 */
export const rowInserts = ({
  client,
  tableName,
  timer,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly timer: Timer;
}): ((row: Row) => Promise<boolean>) => {
  const statementOf = (row: Row) => {
    const tuple = Object.keys(row).map((name) => `'${name}': ?`);
    return {
      Statement: `INSERT INTO "${tableName}" VALUE {${tuple.join(', ')}}`,
      Parameters: Object.values(row),
    };
  };

  const insertInOneCall = async (rows: readonly Row[]): Promise<readonly Outcome[]> => {
    const { Responses = [] } = await client
      .send(new BatchExecuteStatementCommand({ Statements: rows.map(statementOf) }))
      .catch((error: unknown) => {
        throw awsFailure(error);
      });
    if (Responses.length !== rows.length) throw incompleteAnswer('BatchExecuteStatement');
    return Responses.map(({ Error: failure }) => outcomeOf(failure));
  };

  const insertTogether = async (rows: readonly Row[]): Promise<readonly Outcome[]> => {
    try {
      return await insertInOneCall(rows);
    } catch (error) {
      const mayBeOfOneRow =
        error instanceof StepkeyError && error.name === 'Upstream.Misconfigured';
      if (!mayBeOfOneRow || rows.length === 1) throw error;
      // A row that spoils its call spoils no other’s.
      const alone = rows.map((row) =>
        insertTogether([row]).catch((own: unknown) => [own as StepkeyError]),
      );
      return (await Promise.all(alone)).flat();
    }
  };

  const loader = new DataLoader<Row, Attempt<boolean>>(insertTogether, {
    cache: false,
    maxBatchSize: mostStatementsPerCall,
    // When all that has come from the network so far was looked at.
    batchScheduleFn: setImmediate,
  });
  return (row) => untilDone(timer, () => loader.load(row));
};
