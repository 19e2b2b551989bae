import { describe, expect, it } from '@jest/globals';

import type { Epochs } from '../../../core/contracts/session.ts';
import type { RevocationState } from '../../../core/ports.ts';
import {
  epochsOf,
  isDeniedToAll,
  refuseIfDeniedAhead,
  refuseIfRevoked,
  sameEpochs,
} from '../../../core/revocation.ts';
import { refusalOf } from '../../support/refusal.ts';

const scopes = ['subject', 'client', 'grant', 'everything'] as const;
const nothing: RevocationState = { epoch: 0, revokedBeforeEpochSeconds: 0, suspensions: 0 };
const statesOf = (
  scope?: keyof Epochs,
  change: Partial<RevocationState> = {},
): Record<keyof Epochs, RevocationState> => ({
  subject: nothing,
  client: nothing,
  grant: nothing,
  everything: nothing,
  ...(scope ? { [scope]: { ...nothing, ...change } } : {}),
});

describe('[SEC-03] revocation', () => {
  it('refuses nobody where nothing was revoked', () => {
    expect(() => {
      refuseIfRevoked(statesOf(), 1);
    }).not.toThrow();
  });

  it.each(scopes)('refuses while issuing is suspended for the %s', (scope) => {
    const refusal = refusalOf(() => {
      refuseIfRevoked(statesOf(scope, { suspensions: 1 }), 2_000_000_000);
    });
    expect(refusal.name).toBe('Subject.Revoked');
  });

  it.each(
    scopes.flatMap((scope) =>
      (
        [
          [1_795_262_399, true],
          [1_795_262_400, true],
          [1_795_262_401, false],
        ] as const
      ).map(([authTime, isRefused]) => [scope, authTime, isRefused] as const),
    ),
  )('of the %s at 1795262400 refuses a sign-in at %i: %s', (scope, authTime, isRefused) => {
    const check = () => {
      refuseIfRevoked(statesOf(scope, { revokedBeforeEpochSeconds: 1_795_262_400 }), authTime);
    };
    if (isRefused) expect(refusalOf(check).name).toBe('Subject.Revoked');
    else expect(check).not.toThrow();
  });

  it.each(scopes)('that raised only the counter of the %s refuses nobody', (scope) => {
    expect(() => {
      refuseIfRevoked(statesOf(scope, { epoch: 7 }), 1);
    }).not.toThrow();
  });
});

describe('[SEC-04] the four counters', () => {
  const epochs: Epochs = { subject: 1, client: 2, grant: 3, everything: 4 };

  it('are read from the four rows', () => {
    const states = Object.fromEntries(
      scopes.map((scope) => [scope, { ...nothing, epoch: epochs[scope] }]),
    ) as Record<keyof Epochs, RevocationState>;
    expect(epochsOf(states)).toEqual(epochs);
  });

  it('are the same when all are equal', () => {
    expect(sameEpochs(epochs, { ...epochs })).toBe(true);
  });

  it.each(scopes)('differ when only that of the %s does, either way', (scope) => {
    expect(sameEpochs(epochs, { ...epochs, [scope]: epochs[scope] + 1 })).toBe(false);
    expect(sameEpochs(epochs, { ...epochs, [scope]: epochs[scope] - 1 })).toBe(false);
  });
});

describe('[SEC-31] a cut-off of whole roles', () => {
  it.each([
    [1000, false],
    [1001, true],
  ])('before %i denies a session of an hour that ends at 4600: %s', (before, isDenied) => {
    expect(
      isDeniedToAll(
        { allDeniedBeforeEpochSeconds: before },
        { expiresAtEpochSeconds: 4600 },
        { durationSeconds: 3600 },
      ),
    ).toBe(isDenied);
  });

  it('lets nothing be minted until it is past', () => {
    const mintAt = (nowEpochSeconds: number) => () => {
      refuseIfDeniedAhead({ allDeniedBeforeEpochSeconds: 1000 }, nowEpochSeconds);
    };
    expect(refusalOf(mintAt(999)).name).toBe('Session.DeniedAhead');
    expect(mintAt(1000)).not.toThrow();
  });
});
