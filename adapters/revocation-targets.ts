import {
  GetItemCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

import { StepkeyError } from '../core/errors.ts';
import type { Timer } from '../core/ports.ts';
import type { RevocationTargets } from '../core/revocations/ports.ts';
import type { RevocationTarget } from '../core/revocations/revocation.ts';
import { effectOf, type RevocationsOfTarget } from '../core/revocations/target-state.ts';
import { awsErrorName, awsFailure } from './aws-failures.ts';
import {
  flag,
  keyOf,
  number,
  readFlag,
  readMap,
  readNumber,
  readNumberOr,
  type Row,
} from './rows.ts';

/** Simultaneous revocations of one target are few; each loser reads again. */
const mostAttempts = 20;

const keyOfTarget = ({ kind, name }: RevocationTarget) =>
  ({
    subject: () => keyOf.subject(name),
    client: () => keyOf.clientRevocation(name),
    grant: () => keyOf.grantRevocation(name),
    everything: () => keyOf.everythingRevocation(),
  })[kind]();

const revocationsOf = (row: Row): RevocationsOfTarget =>
  row['revocations'] === undefined
    ? {}
    : Object.fromEntries(
        Object.keys(readMap(row, 'revocations')).map((id) => {
          const each = readMap(readMap(row, 'revocations'), id);
          return [
            id,
            {
              cutOffEpochSeconds: readNumber(each, 'cutOffEpochSeconds'),
              suspends: readFlag(each, 'suspends'),
              restoredAtEpochSeconds: readNumberOr(each, 'restoredAtEpochSeconds', null),
            },
          ];
        }),
      );

const attributeOf = (revocations: RevocationsOfTarget): AttributeValue => ({
  M: Object.fromEntries(
    Object.entries(revocations).map(([id, each]) => [
      id,
      {
        M: {
          cutOffEpochSeconds: number(each.cutOffEpochSeconds),
          suspends: flag(each.suspends),
          ...(each.restoredAtEpochSeconds === null
            ? {}
            : { restoredAtEpochSeconds: number(each.restoredAtEpochSeconds) }),
        },
      },
    ]),
  ),
});

/** The rows that every request is weighed by. Who changed one meanwhile is never overwritten. */
export const dynamoRevocationTargets = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly timer: Timer;
}): RevocationTargets => {
  const { client, tableName, timer } = options;

  const readRow = async (target: RevocationTarget): Promise<Row> => {
    try {
      const { Item = {} } = await client.send(
        new GetItemCommand({
          TableName: tableName,
          Key: keyOfTarget(target),
          ConsistentRead: true,
        }),
      );
      return Item;
    } catch (error) {
      throw awsFailure(error);
    }
  };

  /** False where another writer was faster. */
  const write = async (
    target: RevocationTarget,
    seenChanges: number,
    epochsUp: number,
    revocations: RevocationsOfTarget,
  ): Promise<boolean> => {
    const effect = effectOf(revocations);
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: keyOfTarget(target),
          ConditionExpression:
            seenChanges === 0
              ? 'attribute_not_exists(revocationChanges)'
              : 'revocationChanges = :seen',
          UpdateExpression:
            'ADD epoch :up, revocationChanges :one SET revocations = :revocations, revokedBeforeEpochSeconds = :before, suspended = :suspended',
          ExpressionAttributeValues: {
            ...(seenChanges === 0 ? {} : { ':seen': number(seenChanges) }),
            ':up': number(epochsUp),
            ':one': number(1),
            ':revocations': attributeOf(revocations),
            ':before': number(effect.revokedBeforeEpochSeconds),
            ':suspended': number(effect.suspensions),
          },
        }),
      );
      return true;
    } catch (error) {
      if (awsErrorName(error) === 'ConditionalCheckFailedException') return false;
      throw awsFailure(error);
    }
  };

  return {
    change: async (target, { raisesEpoch }, change) => {
      for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
        if (attempt > 0) await timer.wait(5 * attempt);
        const row = await readRow(target);
        const revocations = change(revocationsOf(row));
        const seenChanges = readNumberOr(row, 'revocationChanges', 0);
        if (await write(target, seenChanges, raisesEpoch ? 1 : 0, revocations)) return revocations;
      }
      throw new StepkeyError('Upstream.Throttled');
    },
  };
};
