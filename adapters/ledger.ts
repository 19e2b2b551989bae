import { isDeepStrictEqual } from 'node:util';

import { GetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { StepkeyError } from '../core/errors.ts';
import type { Ledger, Timer } from '../core/ports.ts';
import { awsFailure } from './aws-failures.ts';
import { putNew } from './put-new.ts';
import { rowInserts } from './row-inserts.ts';
import { flag, keyOf, number, text, textOrDash, type Row } from './rows.ts';

/**
 * Adds rows and never changes one. A row that is already there word for word is our own, written by an attempt
 * whose answer was lost; any other is a fault, and nothing may be handed out on it. A hand-out waits for a call that is
 * its own alone; refusals that are told in one moment share theirs.
 */
export const dynamoLedger = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly timer: Timer;
}): Ledger => {
  const { client, tableName } = options;

  const mustBe = (row: Row, present: Row | undefined): void => {
    if (!isDeepStrictEqual({ ...present }, row)) {
      throw new StepkeyError('Config.Invalid', {
        cause: new Error('another row of this key is there'),
      });
    }
  };
  const put = async (row: Row): Promise<void> => {
    const present = await putNew(options, row);
    if (present !== null) mustBe(row, present);
  };

  const insertNew = rowInserts(options);
  const read = async ({ pk, sk }: Row): Promise<Row | undefined> => {
    const Key = { pk: pk ?? text(''), sk: sk ?? text('') };
    const { Item } = await client
      .send(new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true }))
      .catch((error: unknown) => {
        throw awsFailure(error);
      });
    return Item;
  };
  const insert = async (row: Row): Promise<void> => {
    if (!(await insertNew(row))) mustBe(row, await read(row));
  };
  return {
    recordIssuance: (issuance) =>
      put({
        ...keyOf.issuance(issuance.sessionId, issuance.issuanceId),
        issuanceId: text(issuance.issuanceId),
        sessionId: text(issuance.sessionId),
        subject: text(issuance.subject),
        client: text(issuance.client),
        actor: textOrDash(issuance.actor),
        grant: text(issuance.grant),
        rule: number(issuance.rule),
        evidence: text(JSON.stringify(issuance.evidence)),
        roleArn: text(issuance.roleArn),
        sessionName: text(issuance.sessionName),
        identityId: text(issuance.identityId),
        accessKeyId: text(issuance.accessKeyId),
        expiresAtEpochSeconds: number(issuance.expiresAtEpochSeconds),
        tokenId: textOrDash(issuance.tokenId),
        source: text(issuance.source),
        stale: flag(issuance.stale),
        atEpochSeconds: number(issuance.atEpochSeconds),
        // Served from the cache by the front, without an execution; the session's row names the one that minted it.
        executionArn: textOrDash(null),
      }),
    recordDenial: (denial) =>
      insert({
        ...keyOf.denial(denial.denialId),
        denialId: text(denial.denialId),
        error: text(denial.error),
        subject: textOrDash(denial.subject),
        client: textOrDash(denial.client),
        actor: textOrDash(denial.actor),
        grant: textOrDash(denial.grant),
        tokenId: textOrDash(denial.tokenId),
        basis: textOrDash(denial.basis === null ? null : JSON.stringify(denial.basis)),
        // The front refuses before any execution starts.
        executionArn: textOrDash(null),
        atEpochSeconds: number(denial.atEpochSeconds),
      }),
  };
};
