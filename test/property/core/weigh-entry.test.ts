import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { refreshWindowSecondsOf, weighEntry } from '../../../core/cache/weigh-entry.ts';
import type { Decision } from '../../../core/contracts/decision.ts';
import type { KnownState } from '../../../core/ports.ts';
import { decisionOf, entryOf, sessionOf } from '../../support/callers-sessions.ts';
import { noonEpochSeconds } from '../../support/callers.ts';
import { identityId } from '../../support/grants.ts';

const decision = decisionOf();
const epoch = fc.integer({ min: 0, max: 2 });
const epochs = fc.record({ subject: epoch, client: epoch, grant: epoch, everything: epoch });
const state = (value: number) => ({ epoch: value, revokedBeforeEpochSeconds: 0, suspensions: 0 });
interface Arrangement {
  readonly remainingSeconds: number;
  readonly minTtlSeconds: number;
  readonly cacheKey: string;
}
const arrangement: fc.Arbitrary<Arrangement> = fc.record({
  remainingSeconds: fc.integer({ min: -100, max: 44_000 }),
  minTtlSeconds: fc.integer({ min: 300, max: 43_000 }),
  cacheKey: fc.stringMatching(/^[0-9a-f]{64}$/),
});

const weigh = (
  { remainingSeconds, minTtlSeconds, cacheKey }: Arrangement,
  changes: Partial<KnownState> = {},
  of: Decision = decision,
) => {
  const zero = state(0);
  const known: KnownState = {
    identity: { identityId, linked: true },
    revocation: { subject: zero, client: zero, grant: zero, everything: zero },
    allDeniedBeforeEpochSeconds: 0,
    entry: {
      ...entryOf(sessionOf(), 'sealed'),
      expiresAtEpochSeconds: noonEpochSeconds + remainingSeconds,
    },
    leaseUntilEpochMillis: null,
    ...changes,
  };
  return weighEntry(known, { ...of, cacheKey }, minTtlSeconds, noonEpochSeconds).use;
};

/** How long after it was minted a session is first refreshed, where it is asked for all the time. */
const firstRefreshSeconds = (of: Decision, minTtlSeconds: number): number => {
  const isServed = (seconds: number) => {
    const remainingSeconds = of.durationSeconds - seconds;
    return weigh({ remainingSeconds, minTtlSeconds, cacheKey: of.cacheKey }, {}, of) === 'serve';
  };
  let served = 0;
  let refreshed = of.durationSeconds;
  while (refreshed - served > 1) {
    const middle = Math.floor((served + refreshed) / 2);
    if (isServed(middle)) served = middle;
    else refreshed = middle;
  }
  return refreshed;
};

describe('[SEC-04] an entry', () => {
  it('is never served with less than the minimum left', () => {
    fc.assert(
      fc.property(arrangement, (given) => {
        const use = weigh(given);
        if (use === 'serve' || use === 'serve-and-refresh') {
          expect(given.remainingSeconds).toBeGreaterThanOrEqual(given.minTtlSeconds);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is never served stale with less than 300 s left', () => {
    fc.assert(
      fc.property(arrangement, (given) => {
        if (weigh(given) === 'stale-only') {
          expect(given.remainingSeconds).toBeGreaterThanOrEqual(300);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is refreshed only within the window above the minimum, and served without above that', () => {
    fc.assert(
      fc.property(arrangement, (given) => {
        const use = weigh(given);
        const aboveSeconds = given.remainingSeconds - given.minTtlSeconds;
        const windowSeconds = refreshWindowSecondsOf(decision, given.minTtlSeconds);
        if (use === 'serve-and-refresh') expect(aboveSeconds).toBeLessThan(windowSeconds);
        if (aboveSeconds >= Math.max(0, windowSeconds)) expect(use).toBe('serve');
      }),
      { numRuns: 1000 },
    );
  });

  it('minted together with others is refreshed with at most three times as many of them at a time as in the mean', () => {
    const lifetime = fc
      .record({
        durationSeconds: fc.integer({ min: 900, max: 43_200 }),
        minTtlSeconds: fc.integer({ min: 300, max: 43_000 }),
      })
      .filter(({ durationSeconds, minTtlSeconds }) => durationSeconds - minTtlSeconds > 300);
    fc.assert(
      fc.property(lifetime, ({ durationSeconds, minTtlSeconds }) => {
        const of = { ...decision, durationSeconds };
        const windowSeconds = refreshWindowSecondsOf(of, minTtlSeconds);
        // Keys are digests, so every jitter is as likely as another: one entry of each of 100 of them.
        const servedSeconds = Array.from({ length: 100 }, (_, index) => {
          const jitterSeconds = Math.floor((index * windowSeconds) / 100);
          const cacheKey = jitterSeconds.toString(16).padStart(8, '0').padEnd(64, '0');
          return firstRefreshSeconds({ ...of, cacheKey }, minTtlSeconds);
        });
        const meanSeconds = servedSeconds.reduce((sum, each) => sum + each, 0) / 100;
        const binSeconds = windowSeconds / 10;
        const bins = new Map<number, number>();
        for (const seconds of servedSeconds) {
          const bin = Math.floor(seconds / binSeconds);
          bins.set(bin, (bins.get(bin) ?? 0) + 1);
        }
        expect(Math.max(...bins.values()) / binSeconds).toBeLessThan((3 * 100) / meanSeconds);
      }),
      { numRuns: 20 },
    );
  });

  it('never grows better as time passes', () => {
    const order = ['none', 'stale-only', 'serve-and-refresh', 'serve'];
    fc.assert(
      fc.property(arrangement, fc.integer({ min: 0, max: 4000 }), (given, passedSeconds) => {
        const later = weigh({ ...given, remainingSeconds: given.remainingSeconds - passedSeconds });
        expect(order.indexOf(later)).toBeLessThanOrEqual(order.indexOf(weigh(given)));
      }),
    );
  });

  it('is good for anything only under the counters that are in force', () => {
    const plenty = { remainingSeconds: 43_000, minTtlSeconds: 300, cacheKey: decision.cacheKey };
    fc.assert(
      fc.property(epochs, epochs, (minted, inForce) => {
        const use = weigh(plenty, {
          entry: {
            ...entryOf(sessionOf({ epochs: minted }), 'sealed'),
            expiresAtEpochSeconds: noonEpochSeconds + 43_000,
          },
          revocation: {
            subject: state(inForce.subject),
            client: state(inForce.client),
            grant: state(inForce.grant),
            everything: state(inForce.everything),
          },
        });
        const isSame =
          minted.subject === inForce.subject &&
          minted.client === inForce.client &&
          minted.grant === inForce.grant &&
          minted.everything === inForce.everything;
        expect(use).toBe(isSame ? 'serve' : 'none');
      }),
    );
  });
});
