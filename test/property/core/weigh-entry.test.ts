import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { weighEntry } from '../../../core/cache/weigh-entry.ts';
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
) => {
  const zero = state(0);
  const known: KnownState = {
    identity: { identityId, linked: true },
    revocation: { subject: zero, client: zero, grant: zero, everything: zero },
    entry: {
      ...entryOf(sessionOf(), 'sealed'),
      expiresAtEpochSeconds: noonEpochSeconds + remainingSeconds,
    },
    leaseUntilEpochMillis: null,
    ...changes,
  };
  return weighEntry(known, { ...decision, cacheKey }, minTtlSeconds, noonEpochSeconds).use;
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

  it('is refreshed only within 300 s of the minimum, and served without above that', () => {
    fc.assert(
      fc.property(arrangement, (given) => {
        const use = weigh(given);
        const aboveSeconds = given.remainingSeconds - given.minTtlSeconds;
        if (use === 'serve-and-refresh') expect(aboveSeconds).toBeLessThan(300);
        if (aboveSeconds >= 300) expect(use).toBe('serve');
      }),
      { numRuns: 1000 },
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
