import {
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { outcomes, type Batch } from '../core/batches/batch.ts';
import type { BatchStore } from '../core/batches/ports.ts';
import { awsErrorName, awsFailure } from './aws-failures.ts';
import {
  batchKeyOf,
  batchOf,
  countsAsAttributes,
  outcomeOf,
  outcomePrefix,
  subjectOutcomeOf,
} from './batch-rows.ts';
import { itemsOf, number, type Row, text, textOrDash } from './rows.ts';

/** Long enough to look at what a job did a month ago. */
const keptSeconds = 35 * 24 * 3600;

/** Batches and their outcomes in the one table; outcomes are written by the state machine. */
export const dynamoBatchStore = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): BatchStore => {
  const { client, tableName: TableName } = options;
  const failure = (error: unknown): never => {
    throw awsFailure(error);
  };
  const read = async (batchId: string): Promise<Batch | null> => {
    const { Item } = await client
      .send(new GetItemCommand({ TableName, Key: batchKeyOf(batchId), ConsistentRead: true }))
      .catch(failure);
    return Item === undefined ? null : batchOf(Item);
  };
  /** @returns whether the condition held */
  const update = async (
    batchId: string,
    change: {
      readonly expression: string;
      readonly condition: string;
      readonly names?: Record<string, string>;
      readonly values: Record<string, AttributeValue>;
    },
  ): Promise<boolean> => {
    try {
      await client.send(
        new UpdateItemCommand({
          TableName,
          Key: batchKeyOf(batchId),
          UpdateExpression: change.expression,
          ConditionExpression: change.condition,
          ExpressionAttributeNames: { '#status': 'status', ...change.names },
          ExpressionAttributeValues: change.values,
        }),
      );
      return true;
    } catch (error) {
      if (awsErrorName(error) === 'ConditionalCheckFailedException') return false;
      throw awsFailure(error);
    }
  };
  const pages = async function* (batchId: string): AsyncGenerator<readonly Row[]> {
    let start: Record<string, AttributeValue> | undefined;
    do {
      const answer = await client
        .send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
            ProjectionExpression: 'outcome',
            ExpressionAttributeValues: {
              ':pk': batchKeyOf(batchId).pk,
              ':prefix': text(outcomePrefix),
            },
            ConsistentRead: true,
            ExclusiveStartKey: start,
          }),
        )
        .catch(failure);
      yield itemsOf(answer);
      start = answer.LastEvaluatedKey;
    } while (start !== undefined);
  };
  return {
    read,
    add: async (batch) => {
      try {
        await client.send(
          new PutItemCommand({
            TableName,
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            Item: {
              ...batchKeyOf(batch.batchId),
              batchId: text(batch.batchId),
              client: text(batch.client),
              grant: text(batch.grant),
              requestSha256: text(batch.requestSha256),
              manifestKey: text(batch.manifest.key),
              manifestFormat: text(batch.manifest.format),
              status: text(batch.status),
              run: number(batch.run),
              reason: textOrDash(batch.reason),
              startedAtEpochSeconds: number(batch.startedAtEpochSeconds),
              deleteAfterEpochSeconds: number(batch.startedAtEpochSeconds + keptSeconds),
            },
          }),
        );
        return null;
      } catch (error) {
        if (awsErrorName(error) !== 'ConditionalCheckFailedException') throw awsFailure(error);
        const present = (error as { readonly Item?: Row }).Item;
        if (present === undefined) throw awsFailure(error);
        return batchOf(present);
      }
    },
    restart: ({ batchId, run }, nowEpochSeconds) =>
      update(batchId, {
        expression:
          'SET #status = :running, run = :next, reason = :none, startedAtEpochSeconds = :now REMOVE endedAtEpochSeconds',
        condition: 'run = :run AND #status <> :running',
        values: {
          ':running': text('RUNNING'),
          ':run': number(run),
          ':next': number(run + 1),
          ':none': text('-'),
          ':now': number(nowEpochSeconds),
        },
      }),
    end: ({ batchId, run }, { status, reason, endedAtEpochSeconds, counts }) =>
      update(batchId, {
        expression: [
          'SET #status = :status, reason = :reason, endedAtEpochSeconds = :endedAt',
          ...(counts === null
            ? []
            : ['minted = :minted, cached = :cached, denied = :denied, failed = :failed']),
          ...(counts !== null && status === 'SUCCEEDED' ? ['#total = :total'] : []),
        ].join(', '),
        condition: 'run = :run AND #status = :running',
        ...(counts !== null && status === 'SUCCEEDED' ? { names: { '#total': 'total' } } : {}),
        values: {
          ':run': number(run),
          ':running': text('RUNNING'),
          ':status': text(status),
          ':reason': textOrDash(reason),
          ':endedAt': number(endedAtEpochSeconds),
          ...(counts === null ? {} : countsAsAttributes(counts)),
          ...(counts !== null && status === 'SUCCEEDED'
            ? { ':total': number(outcomes.reduce((sum, name) => sum + counts[name], 0)) }
            : {}),
        },
      }),
    writeTotal: async (batchId, total) => {
      await update(batchId, {
        expression: 'SET #total = :total',
        condition: '#status = :running',
        names: { '#total': 'total' },
        values: { ':total': number(total), ':running': text('RUNNING') },
      });
    },
    outcomes: async (batchId, { after, limit }) => {
      const pk = batchKeyOf(batchId).pk;
      const answer = await client
        .send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
            ExpressionAttributeValues: { ':pk': pk, ':prefix': text(outcomePrefix) },
            ConsistentRead: true,
            Limit: limit,
            ...(after === null
              ? {}
              : { ExclusiveStartKey: { pk, sk: text(`${outcomePrefix}${after}`) } }),
          }),
        )
        .catch(failure);
      return {
        outcomes: itemsOf(answer).map(subjectOutcomeOf),
        isLast: answer.LastEvaluatedKey === undefined,
      };
    },
    countOutcomes: async (batchId) => {
      const counts = { minted: 0, cached: 0, denied: 0, failed: 0 };
      for await (const rows of pages(batchId)) {
        for (const row of rows) counts[outcomeOf(row)] += 1;
      }
      return counts;
    },
  };
};
