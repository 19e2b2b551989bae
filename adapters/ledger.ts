import { isDeepStrictEqual } from 'node:util';

import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { StepkeyError } from '../core/errors.ts';
import type { Ledger } from '../core/ports.ts';
import { putNew } from './put-new.ts';
import { flag, keyOf, number, text, textOrDash } from './rows.ts';

type Item = Record<string, AttributeValue>;

/**
 * Adds rows and never changes one. A row that is already there word for word is our own, written by an attempt
 * whose answer was lost; any other is a fault, and nothing may be handed out on it.
 */
export const dynamoLedger = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): Ledger => {
  const append = async (item: Item): Promise<void> => {
    const present = await putNew(options, item);
    if (present !== null && !isDeepStrictEqual({ ...present }, item)) {
      throw new StepkeyError('Config.Invalid', {
        cause: new Error('another row of this key is there'),
      });
    }
  };
  return {
    recordIssuance: (issuance) =>
      append({
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
      append({
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
