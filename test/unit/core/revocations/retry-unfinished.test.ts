import { describe, expect, it } from '@jest/globals';
import { retryUnfinished } from '../../../../core/revocations/request.ts';
import type { RevocationRecord, RevokeInput } from '../../../../core/revocations/revocation.ts';
import { fakeClock } from '../../../support/fakes/fixed-clock.ts';
import { nothingDone } from '../../../support/revocation-record.ts';

const clock = fakeClock();
const now = Math.floor(clock.nowEpochMillis() / 1000);
const hour = 3600;

const recordOf = (changes: Partial<RevocationRecord> = {}): RevocationRecord => ({
  revocationId: 'r',
  target: { kind: 'subject', name: 'users:a' },
  reason: 'why',
  requestedBy: 'stepkey',
  requestedByClient: null,
  requestedAtEpochMillis: (now - 600) * 1000,
  suspends: false,
  denies: true,
  ...nothingDone,
  failure: 'Upstream.Unavailable',
  ...changes,
});
const retried = async (
  record: RevocationRecord,
  sinceEpochSeconds: number,
): Promise<{ input: RevokeInput; name: string } | null> => {
  let started: { input: RevokeInput; name: string } | null = null as {
    input: RevokeInput;
    name: string;
  } | null;
  const machine = {
    start: (input: RevokeInput, name: string) => {
      started = { input, name };
      return Promise.resolve();
    },
  };
  const isStarted = await retryUnfinished({ machine, clock }, record, sinceEpochSeconds);
  expect(isStarted).toBe(started !== null);
  return started;
};

describe('[SEC-35] a revocation that is not carried out', () => {
  it('is started again once for each failure, under a name of that failure', async () => {
    const failedAt = now - 300;
    expect(await retried(recordOf(), failedAt)).toEqual({
      input: {
        action: 'revoke',
        revocationId: 'r',
        target: { kind: 'subject', name: 'users:a' },
        suspends: false,
        denies: true,
      },
      name: `r-${String(failedAt)}`,
    });
  });

  it.each([
    ['two minutes at least', 0, 119, false],
    ['and no more where it failed soon', 0, 120, true],
    ['as long again as it has taken', hour, hour - 1, false],
    ['and then', hour, hour, true],
    ['six hours at most', 100 * hour, 6 * hour - 1, false],
    ['and not longer', 100 * hour, 6 * hour, true],
  ])('waits %s', async (_, taken, ago, isStarted) => {
    const failedAt = now - ago;
    const record = recordOf({ requestedAtEpochMillis: (failedAt - taken) * 1000 });
    expect((await retried(record, failedAt)) !== null).toBe(isStarted);
  });

  it('is started under its first name where it never began, so that one under way is not started beside itself', async () => {
    expect(await retried(recordOf({ failure: null }), now - 600)).toMatchObject({ name: 'r' });
    const restoring = recordOf({ failure: null, restoreRequestedAtEpochSeconds: now - 600 });
    expect(await retried(restoring, now - 600)).toMatchObject({
      input: { action: 'restore' },
      name: 'r-restore',
    });
  });

  it('is started under another name every two hours where it ended without recording how', async () => {
    const silent = recordOf({ failure: null });
    expect(await retried(silent, now - 2 * hour + 1)).toMatchObject({ name: 'r' });
    expect(await retried(silent, now - 2 * hour)).toMatchObject({ name: 'r-silent-1' });
    expect(await retried(silent, now - 5 * hour)).toMatchObject({ name: 'r-silent-2' });
  });

  it('is started under another name every two hours, too, where what answered its failure ended without a word', async () => {
    const failedAfter = (agoSeconds: number) =>
      retried(recordOf({ requestedAtEpochMillis: (now - agoSeconds) * 1000 }), now - agoSeconds);
    const due = 120;
    const name = (agoSeconds: number, ...more: string[]) =>
      ['r', String(now - agoSeconds), ...more].join('-');
    for (const [ago, expected] of [
      [due, name(due)],
      [due + 2 * hour - 1, name(due + 2 * hour - 1)],
      [due + 2 * hour, name(due + 2 * hour, 'silent', '1')],
      [due + 5 * hour, name(due + 5 * hour, 'silent', '2')],
    ] as const) {
      expect(await failedAfter(ago)).toMatchObject({ name: expected });
    }
  });

  it('is restored, not revoked, once that was asked for', async () => {
    const record = recordOf({ restoreRequestedAtEpochSeconds: now - 600 });
    expect(await retried(record, now - 300)).toMatchObject({
      input: { action: 'restore' },
      name: `r-restore-${String(now - 300)}`,
    });
  });
});
