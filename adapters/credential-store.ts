import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { StepkeyError } from '../core/errors.ts';
import type {
  CacheEntry,
  CredentialStore,
  KnownState,
  RevocationState,
  Timer,
} from '../core/ports.ts';
import { identityOfRow } from './identity-row.ts';
import { keyOf, readMap, readNumber, readNumberOr, readText, type Row } from './rows.ts';
import { sharedReads, type RowKey } from './shared-reads.ts';
import { untilDone } from './until-done.ts';

/** The subject’s row, which has its revocations too, those of three others, and the entry. */
const mostKeysOfRead = 5;

const revocationOf = (row: Row | undefined): RevocationState => ({
  epoch: row === undefined ? 0 : readNumberOr(row, 'epoch', 0),
  revokedBeforeEpochSeconds:
    row === undefined ? 0 : readNumberOr(row, 'revokedBeforeEpochSeconds', 0),
  suspensions: row === undefined ? 0 : readNumberOr(row, 'suspended', 0),
});

const allDeniedBeforeOf = (row: Row | undefined): number =>
  row === undefined ? 0 : readNumberOr(row, 'allDeniedBeforeEpochSeconds', 0);

const entryOf = (row: Row | undefined): CacheEntry | null => {
  if (row?.['sealedSession'] === undefined) return null;
  const epochs = readMap(row, 'epochs');
  return {
    sealedSession: readText(row, 'sealedSession'),
    sessionId: readText(row, 'sessionId'),
    identityId: readText(row, 'identityId'),
    expiresAtEpochSeconds: readNumber(row, 'expiresAtEpochSeconds'),
    epochs: {
      subject: readNumber(epochs, 'subject'),
      client: readNumber(epochs, 'client'),
      grant: readNumber(epochs, 'grant'),
      everything: readNumber(epochs, 'everything'),
    },
  };
};

/** An entry is nothing but time saved: one of another shape than the machine writes is none, and told of. */
const entryOrMisshapen = (
  row: Row | undefined,
): Pick<KnownState, 'entry' | 'isEntryMisshapen' | 'leaseUntilEpochMillis'> => {
  try {
    return {
      entry: entryOf(row),
      leaseUntilEpochMillis:
        row === undefined ? null : readNumberOr(row, 'leaseUntilEpochMillis', null),
    };
  } catch (error) {
    if (!(error instanceof StepkeyError)) throw error;
    return { entry: null, isEntryMisshapen: true, leaseUntilEpochMillis: null };
  }
};

/**
 * Reads the one table. A row counts as absent only when DynamoDB said so: keys that stay unprocessed refuse
 * the request, because an unread revocation must not look like none.
 */
export const dynamoCredentialStore = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly timer: Timer;
}): CredentialStore => {
  const { client, tableName, timer } = options;

  const readOnce = sharedReads({ client, tableName }, mostKeysOfRead);

  const readAll = (keys: readonly RowKey[]): Promise<readonly Row[]> => {
    const rows: Row[] = [];
    let unread = keys;
    return untilDone(timer, async () => {
      const answer = await readOnce(unread);
      rows.push(...answer.rows);
      unread = answer.unread;
      return unread.length === 0 ? { result: rows } : { undone: 'Upstream.Throttled' };
    });
  };

  return {
    read: async (scope, cacheKey) => {
      const keys = {
        subject: keyOf.subject(scope.subject),
        client: keyOf.clientRevocation(scope.client),
        grant: keyOf.grantRevocation(scope.grant),
        everything: keyOf.everythingRevocation(),
      };
      const entryKey = cacheKey === null ? null : keyOf.entry(scope.subject, cacheKey);
      const rows = await readAll([
        ...Object.values(keys),
        ...(entryKey === null ? [] : [entryKey]),
      ]);
      const rowAt = (key: { pk: { S: string }; sk: { S: string } }) =>
        rows.find((row) => row['pk']?.S === key.pk.S && row['sk']?.S === key.sk.S);
      const subjectRow = rowAt(keys.subject);
      const entryRow = entryKey === null ? undefined : rowAt(entryKey);
      return {
        identity: identityOfRow(subjectRow),
        revocation: {
          subject: revocationOf(subjectRow),
          client: revocationOf(rowAt(keys.client)),
          grant: revocationOf(rowAt(keys.grant)),
          everything: revocationOf(rowAt(keys.everything)),
        },
        allDeniedBeforeEpochSeconds: allDeniedBeforeOf(rowAt(keys.everything)),
        ...entryOrMisshapen(entryRow),
      };
    },
  };
};
