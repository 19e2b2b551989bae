import {
  PutItemCommand,
  QueryCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

import type { Denial } from '../core/revocations/deny-policy.ts';
import type { DenialRows } from '../core/revocations/ports.ts';
import type { RevocationTarget } from '../core/revocations/revocation.ts';
import { awsErrorName, awsFailure } from './aws-failures.ts';
import {
  flag,
  itemsOf,
  keyOf,
  number,
  readFlag,
  readNumber,
  readText,
  type Row,
  text,
} from './rows.ts';

const denialOf = (row: Row): Denial => ({
  revocationId: readText(row, 'revocationId'),
  target: {
    kind: readText(row, 'targetKind') as RevocationTarget['kind'],
    name: readText(row, 'targetName'),
  },
  issuedBeforeEpochSeconds: readNumber(row, 'issuedBeforeEpochSeconds'),
  neededUntilEpochSeconds: readNumber(row, 'neededUntilEpochSeconds'),
});

/** The denials that the policy is made from, beside the lease of its writer. Time to live deletes those of yesterday. */
export const dynamoDenialRows = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): DenialRows => {
  const { client, tableName } = options;

  const list = async (): Promise<readonly Denial[]> => {
    const denials: Denial[] = [];
    let from: Record<string, AttributeValue> | undefined;
    do {
      const answer = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :denial)',
          ExpressionAttributeValues: {
            ':pk': keyOf.denyPolicyLease().pk,
            ':denial': text('DENIAL#'),
          },
          ConsistentRead: true,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      );
      denials.push(
        ...itemsOf(answer)
          .filter((row) => !readFlag(row, 'lifted'))
          .map(denialOf),
      );
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
    return denials;
  };

  return {
    add: async (denial) => {
      try {
        await client.send(
          new PutItemCommand({
            TableName: tableName,
            Item: {
              ...keyOf.denyPolicyDenial(denial.revocationId),
              revocationId: text(denial.revocationId),
              targetKind: text(denial.target.kind),
              targetName: text(denial.target.name),
              issuedBeforeEpochSeconds: number(denial.issuedBeforeEpochSeconds),
              neededUntilEpochSeconds: number(denial.neededUntilEpochSeconds),
              lifted: flag(false),
              // Where nobody lifted it, because its execution failed.
              deleteAfterEpochSeconds: number(denial.neededUntilEpochSeconds + 24 * 3600),
            },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
      } catch (error) {
        // Added by an attempt whose answer was lost, or lifted already.
        if (awsErrorName(error) !== 'ConditionalCheckFailedException') throw awsFailure(error);
      }
    },
    lift: async (revocationId, forgetAtEpochSeconds) => {
      try {
        await client.send(
          new PutItemCommand({
            TableName: tableName,
            Item: {
              ...keyOf.denyPolicyDenial(revocationId),
              revocationId: text(revocationId),
              lifted: flag(true),
              deleteAfterEpochSeconds: number(forgetAtEpochSeconds),
            },
          }),
        );
      } catch (error) {
        throw awsFailure(error);
      }
    },
    list: async () => {
      try {
        return await list();
      } catch (error) {
        throw awsFailure(error);
      }
    },
  };
};
