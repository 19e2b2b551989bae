import { describe, expect, it } from '@jest/globals';
import type { RevocationRecords } from '../../../../core/revocations/ports.ts';
import {
  requestRestoration,
  requestRevocation,
  type RevocationOrder,
} from '../../../../core/revocations/request.ts';
import {
  alwaysSuspends,
  statusOf,
  type RevocationRecord,
  type RevokeInput,
} from '../../../../core/revocations/revocation.ts';
import { fakeClock } from '../../../support/fakes/fixed-clock.ts';
import { nothingDone } from '../../../support/revocation-record.ts';

const clock = fakeClock();
const nowEpochMillis = clock.nowEpochMillis();
const order: RevocationOrder = {
  revocationId: 'r-1',
  target: { kind: 'subject', name: 'users:alice' },
  reason: 'left the company',
  requestedBy: 'users:oscar',
  requestedByClient: 'cli',
  suspends: true,
  denies: true,
};
const input: RevokeInput = {
  action: 'revoke',
  revocationId: 'r-1',
  target: order.target,
  suspends: true,
  denies: true,
};

/** @param present what is on record already; null where nothing is */
const setUp = (present: RevocationRecord | null = null) => {
  const started: [RevokeInput, string][] = [];
  const wishes: unknown[] = [];
  const records: Pick<RevocationRecords, 'create' | 'requestRestore'> = {
    create: (record) => Promise.resolve(present ?? record),
    requestRestore: (revocationId, wish) => {
      wishes.push([revocationId, wish]);
      return Promise.resolve(present);
    },
  };
  const machine = {
    start: (...call: [RevokeInput, string]) => {
      started.push(call);
      return Promise.resolve();
    },
  };
  return { started, wishes, ports: { records, machine, clock } };
};
const recorded: RevocationRecord = {
  ...order,
  requestedAtEpochMillis: nowEpochMillis,
  ...nothingDone,
};

describe('what is to be revoked', () => {
  it('is recorded as it was asked for, with nothing done yet, and then started', async () => {
    const { ports, started } = setUp();
    expect(await requestRevocation(ports, order)).toEqual(recorded);
    expect(started).toEqual([[input, 'r-1']]);
  });

  it('is started again where the record says that nothing was done', async () => {
    const { ports, started } = setUp(recorded);
    expect(await requestRevocation(ports, order)).toBe(recorded);
    expect(started).toEqual([[input, 'r-1']]);
  });

  it.each<[string, Partial<RevocationRecord>]>([
    ['is under way', { refusedAtEpochSeconds: 1 }],
    ['is in force', { refusedAtEpochSeconds: 1, deniedAtEpochSeconds: 2 }],
    ['failed, which is the reconciler’s', { failure: 'Upstream.Unavailable' }],
    ['was restored', { restoredAtEpochSeconds: 3 }],
  ])('is not started where it %s', async (_, changes) => {
    const present = { ...recorded, ...changes };
    const { ports, started } = setUp(present);
    expect(await requestRevocation(ports, order)).toBe(present);
    expect(started).toEqual([]);
  });

  it.each<[string, Partial<RevocationRecord>]>([
    ['another kind', { target: { kind: 'client', name: 'users:alice' } }],
    ['another name', { target: { kind: 'subject', name: 'users:bob' } }],
    ['another reason', { reason: 'another' }],
    ['another who asks', { requestedBy: 'users:olga' }],
    ['another word about suspending', { suspends: false }],
  ])('is refused where %s is on record under its id', async (_, changes) => {
    const { ports, started } = setUp({ ...recorded, ...changes });
    await expect(requestRevocation(ports, order)).rejects.toMatchObject({
      name: 'Request.KeyReused',
    });
    expect(started).toEqual([]);
  });
});

describe('what is to be restored', () => {
  const wanted = { ...recorded, restoreRequestedAtEpochSeconds: 5 };

  it('is noted with who asked and when, and then started', async () => {
    const { ports, started, wishes } = setUp(wanted);
    expect(await requestRestoration(ports, 'r-1', 'users:olga')).toBe(wanted);
    expect(wishes).toEqual([
      ['r-1', { requestedBy: 'users:olga', atEpochSeconds: Math.floor(nowEpochMillis / 1000) }],
    ]);
    expect(started).toEqual([[{ ...input, action: 'restore' }, 'r-1-restore']]);
  });

  it('is started under another name after a failure, so that it is tried again', async () => {
    const { ports, started } = setUp({ ...wanted, failure: 'Upstream.Unavailable' });
    await requestRestoration(ports, 'r-1', 'users:olga');
    expect(started.map(([, name]) => name)).toEqual([`r-1-restore-${String(nowEpochMillis)}`]);
  });

  it('is not started where it is restored, nor where there is nothing', async () => {
    const restored = { ...wanted, restoredAtEpochSeconds: 6 };
    const done = setUp(restored);
    expect(await requestRestoration(done.ports, 'r-1', 'users:olga')).toBe(restored);
    const none = setUp();
    expect(await requestRestoration(none.ports, 'r-1', 'users:olga')).toBeNull();
    expect([...done.started, ...none.started]).toEqual([]);
  });
});

describe('how far a revocation is', () => {
  it.each<[string, Partial<RevocationRecord>]>([
    ['requested', {}],
    ['refusing', { refusedAtEpochSeconds: 1 }],
    ['in-force', { refusedAtEpochSeconds: 1, deniedAtEpochSeconds: 2 }],
    ['in-force', { refusedAtEpochSeconds: 1, denies: false }],
    ['restoring', { refusedAtEpochSeconds: 1, restoreRequestedAtEpochSeconds: 3 }],
    ['failed', { refusedAtEpochSeconds: 1, failure: 'Upstream.Unavailable' }],
    ['failed', { restoreRequestedAtEpochSeconds: 3, failure: 'Upstream.Unavailable' }],
    ['restored', { restoredAtEpochSeconds: 4, failure: 'Upstream.Unavailable' }],
    ['restored', { restoredAtEpochSeconds: 4, restoreRequestedAtEpochSeconds: 3 }],
  ])('is %s with %j', (status, changes) => {
    expect(statusOf({ ...recorded, ...changes })).toBe(status);
  });

  it('stays suspended for all but a subject, whose later sign-in may be taken', () => {
    expect((['subject', 'client', 'grant', 'everything'] as const).map(alwaysSuspends)).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });
});
