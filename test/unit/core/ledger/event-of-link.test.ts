import { describe, expect, it } from '@jest/globals';
import { nodeDigest } from '../../../../adapters/digest.ts';
import { eventOfLink } from '../../../../core/ledger/event-of-link.ts';
import { genesis, linkAfter } from '../../../../core/ledger/link.ts';
import { textOfRecord, type LedgerRecord } from '../../../../core/ledger/record.ts';

const noonEpochSeconds = 1_795_262_400;
const linkOf = (kind: LedgerRecord['kind'], data: LedgerRecord['data']) =>
  linkAfter(
    { ...genesis, sequence: 6 },
    2,
    textOfRecord({
      format: 1,
      kind,
      id: 'id-1',
      subject: 'users:alice',
      atEpochSeconds: noonEpochSeconds,
      data,
    }),
    nodeDigest,
  );
const eventOf = (kind: LedgerRecord['kind'], data: LedgerRecord['data']) =>
  eventOfLink(linkOf(kind, data));

const decided = { client: 'app', actor: 'batch', grant: 'own-files' };
const sessionOf = {
  ...decided,
  rule: 1,
  roleArn: 'arn:aws:iam::123456789012:role/r',
  sessionName: 'alice',
  identityId: 'us-east-1:aaaa',
  accessKeyId: 'ASIAEXAMPLE00000001',
};
const session = {
  ...sessionOf,
  status: 'ACTIVE',
  expiresAtEpochSeconds: noonEpochSeconds + 3600,
  assumedRoleArn: 'arn:aws:sts::123456789012:assumed-role/r/alice',
  sessionPolicySha256: 'abc',
  executionArn: 'arn:execution',
  evidence: '{"groups":["readers"]}',
  tokenId: 'jti-1',
};
const commonOf = (kind: string) => ({
  format: 1,
  record: `${kind}/id-1`,
  ledger: { shard: 2, sequence: 7, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
  at: '2026-11-21T12:00:00Z',
  subject: 'users:alice',
});
const issuance = { ...session, sessionId: 's-1', source: 'cache', stale: 1 };

describe('the event of a record', () => {
  it('of a session that was minted', () => {
    expect(eventOf('session', session)).toEqual({
      name: 'Session Minted',
      atEpochSeconds: noonEpochSeconds,
      detail: {
        ...commonOf('session'),
        ...sessionOf,
        sessionId: 'id-1',
        expiresAt: '2026-11-21T13:00:00Z',
        assumedRoleArn: session.assumedRoleArn,
        sessionPolicySha256: 'abc',
        executionArn: 'arn:execution',
      },
    });
  });

  it('of a hand-out', () => {
    expect(eventOf('issuance', issuance)).toEqual({
      name: 'Credentials Issued',
      atEpochSeconds: noonEpochSeconds,
      detail: {
        ...commonOf('issuance'),
        ...sessionOf,
        issuanceId: 'id-1',
        sessionId: 's-1',
        expiresAt: '2026-11-21T13:00:00Z',
        source: 'cache',
        stale: true,
        executionArn: 'arn:execution',
      },
    });
  });

  it('of a denial', () => {
    const data = { ...decided, error: 'Grant.Refused', executionArn: 'arn:execution', basis: 'x' };
    expect(eventOf('denial', data)).toMatchObject({
      name: 'Credentials Denied',
      detail: {
        ...commonOf('denial'),
        ...decided,
        denialId: 'id-1',
        error: 'Grant.Refused',
        executionArn: 'arn:execution',
      },
    });
  });

  it.each([0, 1])('of an identity, linked: %d', (linked) => {
    expect(eventOf('identity', { identityId: 'us-east-1:aaaa', linked })).toMatchObject({
      name: 'Identity Registered',
      detail: { ...commonOf('identity'), identityId: 'us-east-1:aaaa', linked: linked === 1 },
    });
  });

  const revocation = { status: 'REQUESTED', reason: 'left', requestedBy: 'users:oscar' };
  it.each<[string, LedgerRecord['data'], unknown]>([
    ['its target', { target: { kind: 'grant', name: 'g' } }, { kind: 'grant', name: 'g' }],
    ['kind and name', { targetKind: 'client', targetName: 'app' }, { kind: 'client', name: 'app' }],
    // The row has a dash there, which is null in the record.
    [
      'everything',
      { targetKind: 'everything', targetName: null },
      { kind: 'everything', name: '-' },
    ],
  ])('of a revocation with %s', (_, data, target) => {
    expect(eventOf('revocation', { ...revocation, ...data })).toMatchObject({
      name: 'Revocation Changed',
      detail: { ...commonOf('revocation'), revocationId: 'id-1', target, ...revocation },
    });
  });

  it('of a batch that ended', () => {
    const counts = { minted: 1, cached: 2, denied: 3, failed: 4 };
    const data = { client: 'app', grant: 'reports', status: 'FAILED', reason: 'Batch.X' };
    expect(eventOf('batch', { ...data, ...counts })).toMatchObject({
      name: 'Batch Completed',
      detail: { ...commonOf('batch'), ...data, batchId: 'id-1', counts },
    });
    expect(eventOf('batch', { status: 'SUCCEEDED' })).toMatchObject({
      detail: {
        ...{ client: null, grant: null, status: 'SUCCEEDED', reason: null },
        counts: { minted: 0, cached: 0, denied: 0, failed: 0 },
      },
    });
  });

  it('says null where the record says nothing', () => {
    const { roleArn, sessionName, identityId, assumedRoleArn, executionArn } = session;
    const least = { roleArn, sessionName, identityId };
    const nothing = { client: null, actor: null, grant: null, rule: null };
    expect(
      eventOf('session', { ...least, status: 'ACTIVE', assumedRoleArn, executionArn }),
    ).toMatchObject({
      detail: { ...nothing, accessKeyId: null, expiresAt: null, sessionPolicySha256: null },
    });
    expect(
      eventOf('issuance', { ...least, sessionId: 's', source: 'minted', stale: 0 }),
    ).toMatchObject({ detail: { ...nothing, executionArn: null, stale: false } });
    expect(eventOf('denial', { error: 'Token.Invalid' })).toMatchObject({
      detail: { client: null, actor: null, grant: null, executionArn: null },
    });
  });

  it.each([0, '1795266000'])('says no end where the record says %j', (expiresAtEpochSeconds) => {
    expect(eventOf('session', { ...session, expiresAtEpochSeconds })).toMatchObject({
      detail: { expiresAt: null },
    });
  });

  it.each<[LedgerRecord['kind'], LedgerRecord['data']]>([
    ['session', { ...session, status: 'MINTING' }],
    ['session', { ...session, status: 'WITHDRAWN' }],
    ['batch', { status: 'RUNNING' }],
    ['identity', { awaitsLogin: 1, linked: 0 }],
    ['removal', { pk: 'a', sk: 'b' }],
    ['restoration', { pk: 'a', sk: 'b' }],
  ])('is none of a %s with %j', (kind, data) => {
    expect(eventOf(kind, data)).toBeNull();
  });

  it('is misshapen where the row lacks what the event promises', () => {
    expect(eventOf('denial', {})).toBe('misshapen');
    expect(eventOf('session', { status: 'ACTIVE' })).toBe('misshapen');
  });

  it('is the same when it is told again, but for the mark', () => {
    const link = linkOf('issuance', issuance);
    const [once, again] = [eventOfLink(link), eventOfLink(link, { replayed: true })];
    expect(once).not.toHaveProperty('detail.replayed');
    expect(eventOfLink(link, { replayed: false })).toEqual(once);
    if (once === null || once === 'misshapen') throw new TypeError('no event');
    expect(again).toEqual({ ...once, detail: { ...once.detail, replayed: true } });
  });
});
