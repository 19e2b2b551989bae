import { describe, expect, it } from '@jest/globals';
import {
  changingRows,
  recordOfChange,
  type PlainRow,
  type RowChange,
} from '../../../../core/ledger/read-change.ts';

const changeOf = (
  pk: string,
  sk: string,
  after: PlainRow | null,
  before: PlainRow | null = null,
): RowChange => ({ pk, sk, before, after, atEpochSeconds: 2000 });
const recordOf = (...change: Parameters<typeof changeOf>) => recordOfChange(changeOf(...change));

/** What the ledger keeps of each kind of row: another attribute here is one more that readers see. */
const kept: Readonly<Record<string, readonly string[]>> = {
  session: [
    ...['status', 'client', 'actor', 'grant', 'rule', 'evidence', 'roleArn', 'sessionName'],
    ...['cacheKey', 'tags', 'durationSeconds', 'mintedAtEpochSeconds', 'identityId', 'tokenId'],
    ...['executionArn', 'startedAtEpochSeconds', 'accessKeyId', 'assumedRoleArn'],
    ...['expiresAtEpochSeconds', 'sessionPolicy', 'sessionPolicySha256'],
    ...['packedPolicySizePercent', 'epochs', 'failure'],
  ],
  issuance: [
    ...['sessionId', 'client', 'actor', 'grant', 'rule', 'evidence', 'roleArn', 'sessionName'],
    ...['identityId', 'accessKeyId', 'expiresAtEpochSeconds', 'tokenId', 'source', 'stale'],
    'executionArn',
  ],
  denial: ['error', 'client', 'actor', 'grant', 'tokenId', 'basis', 'executionArn'],
  identity: [
    ...['identityId', 'linked', 'awaitsLogin', 'identityChange', 'identityChangeReason'],
    ...['identityChangedBy', 'identityChangedAtEpochSeconds'],
  ],
  revocation: [
    ...['target', 'targetKind', 'targetName', 'reason', 'requestedBy', 'requestedByClient'],
    ...['requestedAtEpochMillis', 'suspends', 'denies', 'status', 'cutOffEpochSeconds'],
    ...['refusedAtEpochSeconds', 'purgedAtEpochSeconds', 'purgedEntries', 'deniedAtEpochSeconds'],
    ...['denialForm', 'denialNeededUntilEpochSeconds', 'denialRemovedAtEpochSeconds'],
    ...[
      'restoreRequestedAtEpochSeconds',
      'restoreRequestedBy',
      'restoredAtEpochSeconds',
      'failure',
    ],
  ],
  batch: [
    ...['status', 'client', 'grant', 'run', 'total', 'minted', 'cached', 'denied', 'failed'],
    ...['reason', 'startedAtEpochSeconds', 'endedAtEpochSeconds'],
  ],
};
const places: Readonly<Record<string, readonly [string, string]>> = {
  session: ['SESSION#id-1', 'SESSION'],
  issuance: ['SESSION#s-1', 'ISSUANCE#id-1'],
  denial: ['DENIAL#id-1', 'DENIAL'],
  identity: ['SUBJECT#id-1', 'SUBJECT'],
  revocation: ['REVOCATION#id-1', 'REVOCATION'],
  batch: ['BATCH#id-1', 'BATCH'],
};
const every = Object.fromEntries(
  Object.values(kept)
    .flat()
    .map((attribute) => [attribute, `the ${attribute}`] as const),
);
const secrets = {
  sealedSession: 'SECRET',
  secretAccessKey: 'SECRET',
  sessionToken: 'SECRET',
  username: 'SECRET',
  another: 'SECRET',
};

describe('what the ledger records of a change', () => {
  it.each(Object.entries(places))('of a %s is what is listed, and nothing else', (kind, at) => {
    const row = { subject: 'users:alice', ...every, ...secrets };
    const subjects: Readonly<Record<string, string | null>> = {
      identity: 'id-1',
      revocation: null,
    };
    expect(recordOf(...at, row)).toEqual({
      format: 1,
      kind,
      id: 'id-1',
      subject: kind in subjects ? subjects[kind] : 'users:alice',
      atEpochSeconds: 2000,
      data: Object.fromEntries(kept[kind]?.map((name) => [name, `the ${name}`]) ?? []),
    });
  });

  it.each<[string, string]>([
    ['SUBJECT#users:alice', 'ENTRY#own-files'],
    ['SESSION#s-1', 'OTHER'],
    ['XSESSION#s-1', 'SESSION'],
    ['session#s-1', 'SESSION'],
    ['BATCH#b-1', 'SUBJECT#users:alice'],
    ['QUOTA#calls', 'QUOTA'],
    ['SESSION', 'SESSION'],
    ['1SESSION#s-1', 'SESSION'],
    ['OTHER#s-1', 'ISSUANCE#i-1'],
    ['OTHER#s-1', 'SESSION'],
    ['OTHER#b-1', 'BATCH'],
    ['OTHER#users:alice', 'SUBJECT'],
  ])('is nothing of a row %s/%s', (pk, sk) => {
    expect(recordOf(pk, sk, { status: 'ACTIVE', identityId: 'i' })).toBeNull();
  });

  it('names what has a line end in its id', () => {
    expect(recordOf('DENIAL#a\nb', 'DENIAL', {})).toMatchObject({ kind: 'denial', id: 'a\nb' });
  });
});

describe('the time of a record', () => {
  it.each<[string, [string, string], PlainRow, number]>([
    ['that begins is its beginning', ['SESSION#s', 'SESSION'], { status: 'MINTING' }, 1000],
    ['is the change of any later state', ['SESSION#s', 'SESSION'], { status: 'ACTIVE' }, 2000],
    ['is the hand-out itself', ['SESSION#s', 'ISSUANCE#i'], { atEpochSeconds: 1500 }, 1500],
    ['is the denial itself', ['DENIAL#d', 'DENIAL'], { atEpochSeconds: 1500 }, 1500],
    ['is the change where the row does not say', ['DENIAL#d', 'DENIAL'], {}, 2000],
    [
      'is the change where it is no whole number',
      ['DENIAL#d', 'DENIAL'],
      { atEpochSeconds: 1.5 },
      2000,
    ],
    [
      'is the change where it is too large a number',
      ['DENIAL#d', 'DENIAL'],
      { atEpochSeconds: 2 ** 60 },
      2000,
    ],
    ['is the change where it is a text', ['DENIAL#d', 'DENIAL'], { atEpochSeconds: '1500' }, 2000],
    [
      'is the change of a revocation',
      ['REVOCATION#r', 'REVOCATION'],
      { atEpochSeconds: 1500 },
      2000,
    ],
  ])('%s', (_, at, row, seconds) => {
    expect(recordOf(...at, { startedAtEpochSeconds: 1000, ...row })?.atEpochSeconds).toBe(seconds);
  });
});

describe('a row that is deleted', () => {
  it.each(['SESSION#s-1', 'DENIAL#d-1', 'REVOCATION#r-1'])('leaves a record: %s', (pk) => {
    expect(recordOf(pk, 'X', null, { subject: 'users:alice', secretAccessKey: 'S' })).toEqual({
      format: 1,
      kind: 'removal',
      id: `${pk}/X`,
      subject: 'users:alice',
      atEpochSeconds: 2000,
      data: { pk, sk: 'X' },
    });
  });

  it('leaves one where nobody knows what it was', () => {
    expect(recordOf('DENIAL#d-1', 'DENIAL', null)).toMatchObject({
      kind: 'removal',
      subject: null,
    });
  });

  it.each(['SUBJECT#users:alice', 'BATCH#b-1', 'ENTRY#x', 'XSESSION#s'])(
    'leaves none where rows may go: %s',
    (pk) => {
      expect(recordOf(pk, 'SUBJECT', null, { subject: 'users:alice' })).toBeNull();
    },
  );
});

describe('a row that is put back', () => {
  it('is recorded as such, at the time of its mark', () => {
    const row = { subject: 'users:alice', status: 'ACTIVE', restoredAtEpochSeconds: 1900 };
    expect(recordOf('SESSION#s-1', 'SESSION', row)).toEqual({
      format: 1,
      kind: 'restoration',
      id: 'SESSION#s-1/SESSION',
      subject: 'users:alice',
      atEpochSeconds: 1900,
      data: { pk: 'SESSION#s-1', sk: 'SESSION' },
    });
  });

  it('is not one that was there, nor one whose mark is no time', () => {
    const row = { status: 'ACTIVE', restoredAtEpochSeconds: 1900 };
    expect(recordOf('SESSION#s-1', 'SESSION', row, row)).toMatchObject({ kind: 'session' });
    const unmarked = { status: 'ACTIVE', restoredAtEpochSeconds: 'soon' };
    expect(recordOf('SESSION#s-1', 'SESSION', unmarked)).toMatchObject({ kind: 'session' });
  });

  it.each<[string, boolean]>([
    ['SESSION#s/SESSION', true],
    ['SUBJECT#users:a\nb/SUBJECT', true],
    ['REVOCATION#r/REVOCATION', true],
    ['BATCH#b/BATCH', true],
    ['SESSION#s/ISSUANCE#i', false],
    ['DENIAL#d/DENIAL', false],
    ['SUBJECT#a/ENTRY#SUBJECT', false],
    ['XBATCH#b/BATCH', false],
    ['BATCH#b/BATCHES', false],
    ['BATCH/BATCH', false],
  ])('whose changes are of their own time: %j %s', (row, changes) => {
    expect(changingRows.test(row)).toBe(changes);
  });
});

describe('whose a record is', () => {
  it.each([undefined, '-', 7])('is nobody’s where the row says %j', (subject) => {
    expect(recordOf('DENIAL#d', 'DENIAL', { subject })?.subject).toBeNull();
  });

  it.each<[string, PlainRow, string | null]>([
    ['a subject, as a map', { target: { kind: 'subject', name: 'users:bo' } }, 'users:bo'],
    ['a subject, in two', { targetKind: 'subject', targetName: 'users:bo' }, 'users:bo'],
    ['a client', { target: { kind: 'client', name: 'app' } }, null],
    ['a grant, in two', { targetKind: 'grant', targetName: 'own-files' }, null],
    ['a subject without a name', { target: { kind: 'subject' } }, null],
    ['a text', { target: 'subject', targetName: 'users:bo' }, null],
    ['null', { target: null }, null],
    ['nothing', {}, null],
  ])('of a revocation of %s', (_, row, subject) => {
    const record = recordOf('REVOCATION#r', 'REVOCATION', { subject: 'users:asking', ...row });
    expect(record?.subject).toBe(subject);
  });
});

describe('an identity', () => {
  const had = { identityId: 'i-1', linked: 0 };
  const change = { identityChange: 'adopt', identityChangedAtEpochSeconds: 1900 };
  it.each<[string, PlainRow, PlainRow | null, boolean]>([
    ['is new', had, null, true],
    ['is another', { ...had, identityId: 'i-2' }, had, true],
    ['is linked', { ...had, linked: 1 }, had, true],
    ['stays', { ...had, epoch: 2 }, had, false],
    ['is not there', { linked: 1 }, null, false],
    ['was changed by an operator', { ...had, ...change }, had, true],
    [
      'was changed again',
      { ...had, ...change, identityChangedAtEpochSeconds: 1950 },
      { ...had, ...change },
      true,
    ],
    ['is taken away', { ...change, awaitsLogin: 1 }, { ...change }, true],
    ['came after an adoption', { ...change, identityId: 'i-2' }, { ...change }, true],
    ['stays as an operator left it', { ...had, ...change, epoch: 2 }, { ...had, ...change }, false],
    ['waits without an operator', { awaitsLogin: 1 }, null, false],
  ])('that %s: %#', (_, after, before, isRecorded) => {
    expect(recordOf('SUBJECT#users:bo', 'SUBJECT', after, before) !== null).toBe(isRecorded);
  });
});

describe('a batch', () => {
  it('is recorded with each status, and not with each count', () => {
    const row = { status: 'RUNNING', minted: 1 };
    const of = (after: PlainRow, before: PlainRow | null) =>
      recordOf('BATCH#b', 'BATCH', after, before);
    expect(of(row, null)).not.toBeNull();
    expect(of({ ...row, minted: 2 }, row)).toBeNull();
    expect(of({ ...row, status: 'SUCCEEDED' }, row)).not.toBeNull();
  });
});

describe('a value of a row', () => {
  it.each<[unknown, unknown]>([
    ['-', null],
    ['', ''],
    ['--', '--'],
    [null, null],
    [true, true],
    [7, 7],
    [1.5, '1.5'],
    [2 ** 60, String(2 ** 60)],
    [
      [1, '-', [2.5]],
      [1, null, ['2.5']],
    ],
    [
      { a: '-', b: { c: 1 } },
      { a: null, b: { c: 1 } },
    ],
    [Symbol.iterator, null],
    [{ a: undefined }, { a: null }],
  ])('%p is kept as %j', (value, plain) => {
    expect(recordOf('DENIAL#d', 'DENIAL', { basis: value })?.data).toEqual({ basis: plain });
  });

  it('that is not there is not kept', () => {
    expect(recordOf('DENIAL#d', 'DENIAL', { basis: undefined })?.data).toStrictEqual({});
  });
});
