import { describe, expect, it } from '@jest/globals';

import {
  refreshWindowSecondsOf,
  weighEntry,
  type EntryUse,
} from '../../../../core/cache/weigh-entry.ts';
import type { Decision } from '../../../../core/contracts/decision.ts';
import type { CacheEntry, KnownState, RevocationState } from '../../../../core/ports.ts';
import { noonEpochSeconds } from '../../../support/callers.ts';
import { decisionOf, entryOf, sessionOf } from '../../../support/callers-sessions.ts';
import { identityId } from '../../../support/grants.ts';

const nothing: RevocationState = { epoch: 0, revokedBeforeEpochSeconds: 0, suspensions: 0 };
const entry = entryOf(sessionOf(), 'sealed');
const knownOf = (changes: Partial<KnownState> = {}): KnownState => ({
  identity: { identityId, linked: true },
  revocation: { subject: nothing, client: nothing, grant: nothing, everything: nothing },
  allDeniedBeforeEpochSeconds: 0,
  entry,
  leaseUntilEpochMillis: null,
  ...changes,
});

/** The first eight digits of the key decide the jitter: `x mod 801` of an hour that may be served down to 1,200 s. */
const keyOfJitter = (seconds: number) => seconds.toString(16).padStart(8, '0') + '0'.repeat(56);
const useWith = (
  remainingSeconds: number,
  { jitter = 0, minTtlSeconds = 1200 }: { jitter?: number; minTtlSeconds?: number } = {},
): EntryUse => {
  const decision: Decision = decisionOf({ cacheKey: keyOfJitter(jitter) });
  const soon: CacheEntry = { ...entry, expiresAtEpochSeconds: noonEpochSeconds + remainingSeconds };
  return weighEntry(knownOf({ entry: soon }), decision, minTtlSeconds, noonEpochSeconds).use;
};

describe('[SEC-04] an entry', () => {
  it.each<[number, number, EntryUse]>([
    [3600, 0, 'serve'],
    [1200, 0, 'serve'],
    [1199, 0, 'stale-only'],
    [300, 0, 'stale-only'],
    [299, 0, 'none'],
    [1, 0, 'none'],
    [0, 0, 'none'],
    [-1, 0, 'none'],
    [1350, 150, 'serve'],
    [1349, 150, 'serve-and-refresh'],
    [1200, 150, 'serve-and-refresh'],
    [1199, 150, 'stale-only'],
    [2000, 800, 'serve'],
    [1999, 800, 'serve-and-refresh'],
    [1200, 800, 'serve-and-refresh'],
    [1199, 800, 'stale-only'],
    [300, 800, 'stale-only'],
    [299, 800, 'none'],
  ])('with %i s left and a jitter of %i s is good for: %s', (remaining, jitter, use) => {
    expect(useWith(remaining, { jitter })).toBe(use);
  });

  it.each<[number, EntryUse]>([
    [3000, 'serve'],
    [2999, 'stale-only'],
    [300, 'stale-only'],
    [299, 'none'],
  ])('with %i s left is good for %s to a caller who asked for 3,000 s', (remaining, use) => {
    expect(useWith(remaining, { minTtlSeconds: 3000 })).toBe(use);
  });

  it.each<[number, EntryUse]>([
    [300, 'serve'],
    [299, 'none'],
  ])('with %i s left is good for %s where the minimum is the floor', (remaining, use) => {
    expect(useWith(remaining, { minTtlSeconds: 300 })).toBe(use);
  });

  it('waits for its refresh no longer than the machine looks ahead', () => {
    const windowSeconds = refreshWindowSecondsOf(decisionOf(), 1200);
    expect(windowSeconds).toBe(800);
    for (const jitter of [800, 801, 1601]) {
      expect(useWith(1200 + windowSeconds, { jitter })).toBe('serve');
    }
  });
});

describe('[SEC-04] an entry is good for nothing when', () => {
  it.each<[string, Partial<KnownState>]>([
    ['there is none', { entry: null }],
    ['the subject has no identity', { identity: null }],
    [
      'it is of another identity',
      { identity: { identityId: 'us-east-1:00000000-0000-4000-8000-000000000000', linked: true } },
    ],
  ])('%s', (_, changes) => {
    expect(weighEntry(knownOf(changes), decisionOf(), 1200, noonEpochSeconds)).toEqual({
      use: 'none',
      entry: null,
    });
  });

  it('AWS denies it because whole roles are cut off, and not when it was issued with the cut-off', () => {
    const issued = entry.expiresAtEpochSeconds - decisionOf().durationSeconds;
    const useAt = (allDeniedBeforeEpochSeconds: number) =>
      weighEntry(knownOf({ allDeniedBeforeEpochSeconds }), decisionOf(), 1200, noonEpochSeconds)
        .use;
    expect([useAt(issued), useAt(issued + 1)]).toEqual(['serve', 'none']);
  });

  it.each(['subject', 'client', 'grant', 'everything'] as const)(
    'the counter of the %s is another, higher or lower',
    (scope) => {
      for (const epoch of [0, 2]) {
        const revocation = {
          ...knownOf().revocation,
          [scope]: { ...nothing, epoch },
        };
        const ofEpoch = { ...entry, epochs: { ...entry.epochs, [scope]: 1 } };
        expect(
          weighEntry(knownOf({ revocation, entry: ofEpoch }), decisionOf(), 1200, noonEpochSeconds),
        ).toEqual({ use: 'none', entry: null });
      }
    },
  );
});
