import { describe, expect, it } from '@jest/globals';
import { cutOffAt } from '../../../../core/revocations/cut-off.ts';
import { openIdTokenDurationSeconds } from '../../../../core/session/open-id-token.ts';

describe('[SEC-31] the cut-off', () => {
  it('lies behind the end of every OpenID token that was obtained before, with room for clocks', () => {
    const now = 1_795_262_400;
    expect(cutOffAt(now) - now - openIdTokenDurationSeconds).toBeGreaterThanOrEqual(30);
  });
});
