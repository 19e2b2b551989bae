import type { Json } from './canonical-json.ts';
import type { LedgerRecord, RecordKind } from './record.ts';

/** A row's attributes as plain values: texts, numbers, lists and maps. */
export type PlainRow = Readonly<Record<string, unknown>>;

/** One change of one row, as the table's stream tells it. */
export interface RowChange {
  readonly pk: string;
  readonly sk: string;
  /** Null where there was no row. */
  readonly before: PlainRow | null;
  /** Null where the row was deleted. */
  readonly after: PlainRow | null;
  readonly atEpochSeconds: number;
}

/**
 * What the ledger keeps of each kind of row, by name: an attribute that is not listed here never reaches it. `subject`
 * and the times are in the record itself.
 */
const keptAttributes = {
  session: [
    'status',
    'client',
    'actor',
    'grant',
    'rule',
    'evidence',
    'roleArn',
    'sessionName',
    'cacheKey',
    'tags',
    'durationSeconds',
    'mintedAtEpochSeconds',
    'identityId',
    'tokenId',
    'executionArn',
    'startedAtEpochSeconds',
    'accessKeyId',
    'assumedRoleArn',
    'expiresAtEpochSeconds',
    'sessionPolicy',
    'sessionPolicySha256',
    'packedPolicySizePercent',
    'epochs',
    'failure',
  ],
  issuance: [
    'sessionId',
    'client',
    'actor',
    'grant',
    'rule',
    'evidence',
    'roleArn',
    'sessionName',
    'identityId',
    'accessKeyId',
    'expiresAtEpochSeconds',
    'tokenId',
    'source',
    'stale',
    'executionArn',
  ],
  denial: ['error', 'client', 'actor', 'grant', 'tokenId', 'basis', 'executionArn'],
  identity: [
    'identityId',
    'linked',
    'awaitsLogin',
    // The last that an operator changed about it.
    'identityChange',
    'identityChangeReason',
    'identityChangedBy',
    'identityChangedAtEpochSeconds',
  ],
  revocation: [
    'target',
    'targetKind',
    'targetName',
    'reason',
    'requestedBy',
    'requestedByClient',
    'requestedAtEpochMillis',
    'suspends',
    'denies',
    'status',
    'cutOffEpochSeconds',
    'refusedAtEpochSeconds',
    'purgedAtEpochSeconds',
    'purgedEntries',
    'deniedAtEpochSeconds',
    'denialForm',
    'denialNeededUntilEpochSeconds',
    'denialRemovedAtEpochSeconds',
    'restoreRequestedAtEpochSeconds',
    'restoreRequestedBy',
    'restoredAtEpochSeconds',
    'failure',
  ],
  batch: [
    'status',
    'client',
    'grant',
    'run',
    'total',
    'minted',
    'cached',
    'denied',
    'failed',
    'reason',
    'startedAtEpochSeconds',
    'endedAtEpochSeconds',
  ],
} as const satisfies Partial<Record<RecordKind, readonly string[]>>;

/** Kinds of which the ledger is told by rows that nobody may delete. */
const rowsKept = /^(SESSION|DENIAL|REVOCATION)#/;

/** Rows, as `pk/sk`, of which each change is recorded at its own time: one that is put back must say so by its mark. */
export const changingRows =
  /^(SESSION|SUBJECT|REVOCATION|BATCH)#.*\/(SESSION|SUBJECT|REVOCATION|BATCH)$/s;

/**
 * What the ledger records of a change of a row; null for what it does not keep, such as cache entries. Never fails: a
 * row of another shape than the broker writes is recorded with what there is of it.
 */
export const recordOfChange = (change: RowChange): LedgerRecord | null => {
  const { pk, sk, before, after } = change;
  if (after === null) return rowsKept.test(pk) ? removalOf(change) : null;
  if (before === null && numberIn(after, 'restoredAtEpochSeconds') !== null) {
    return restorationOf(change, after);
  }
  const [, prefix = '', id = ''] = /^([A-Z]+)#(.*)$/s.exec(pk) ?? [];
  const subject = textIn(after, 'subject');
  const recordOf = (
    kind: keyof typeof keptAttributes,
    recordId: string,
    atEpochSeconds: number,
    ofSubject: string | null = subject,
  ): LedgerRecord => ({
    format: 1,
    kind,
    id: recordId,
    subject: ofSubject,
    atEpochSeconds,
    data: keptOf(after, keptAttributes[kind]),
  });
  const at = (attribute: string): number => numberIn(after, attribute) ?? change.atEpochSeconds;
  if (prefix === 'SESSION' && sk === 'SESSION') {
    // The row's own time is that of its beginning; each later state is of the time of its change.
    const began = after['status'] === 'MINTING';
    return recordOf('session', id, began ? at('startedAtEpochSeconds') : change.atEpochSeconds);
  }
  if (prefix === 'SESSION' && sk.startsWith('ISSUANCE#')) {
    return recordOf('issuance', sk.slice('ISSUANCE#'.length), at('atEpochSeconds'));
  }
  if (prefix === 'DENIAL') return recordOf('denial', id, at('atEpochSeconds'));
  if (prefix === 'REVOCATION') {
    const target = revokedSubjectIn(after);
    return recordOf('revocation', id, change.atEpochSeconds, target);
  }
  // Its counts change with every subject; the ledger keeps its beginning and its end.
  if (prefix === 'BATCH' && sk === 'BATCH' && before?.['status'] !== after['status']) {
    return recordOf('batch', id, change.atEpochSeconds);
  }
  if (prefix === 'SUBJECT' && sk === 'SUBJECT' && isIdentityNew(before, after)) {
    return recordOf('identity', id, change.atEpochSeconds, id);
  }
  return null;
};

const removalOf = ({ pk, sk, before, atEpochSeconds }: RowChange): LedgerRecord => ({
  format: 1,
  kind: 'removal',
  id: `${pk}/${sk}`,
  subject: before === null ? null : textIn(before, 'subject'),
  atEpochSeconds,
  data: { pk, sk },
});

/** Nothing happened but that the row is there again: what it tells was recorded, and told to the bus, in its time. */
const restorationOf = ({ pk, sk, atEpochSeconds }: RowChange, after: PlainRow): LedgerRecord => ({
  format: 1,
  kind: 'restoration',
  id: `${pk}/${sk}`,
  subject: textIn(after, 'subject'),
  atEpochSeconds: numberIn(after, 'restoredAtEpochSeconds') ?? atEpochSeconds,
  data: { pk, sk },
});

const revokedSubjectIn = (row: PlainRow): string | null => {
  const target = row['target'];
  const [kind, name] =
    typeof target === 'object' && target !== null
      ? [(target as PlainRow)['kind'], (target as PlainRow)['name']]
      : [row['targetKind'], row['targetName']];
  return kind === 'subject' && typeof name === 'string' ? name : null;
};

/** Another identity, or one that an operator has changed: an adoption takes it away until the person comes. */
const isIdentityNew = (before: PlainRow | null, after: PlainRow): boolean => {
  const isOther = (attribute: string) => before?.[attribute] !== after[attribute];
  return (
    (after['identityId'] !== undefined && ['identityId', 'linked'].some(isOther)) ||
    (after['identityChange'] !== undefined &&
      ['identityId', 'awaitsLogin', 'identityChangedAtEpochSeconds'].some(isOther))
  );
};

/** A dash stands for nothing, as the rows have it. */
const textIn = (row: PlainRow, attribute: string): string | null => {
  const value = row[attribute];
  return typeof value === 'string' && value !== '-' ? value : null;
};

const numberIn = (row: PlainRow, attribute: string): number | null => {
  const value = row[attribute];
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
};

const keptOf = (row: PlainRow, attributes: readonly string[]): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    attributes.flatMap((attribute) => {
      const value = row[attribute];
      return value === undefined ? [] : [[attribute, jsonOf(value)] as const];
    }),
  );

const jsonOf = (value: unknown): Json => {
  if (value === '-' || value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object') return null;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, jsonOf(member)]));
};
