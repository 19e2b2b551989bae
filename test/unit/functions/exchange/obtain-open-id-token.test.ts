import { beforeEach, describe, expect, it } from '@jest/globals';

import type { ErrorName } from '../../../../core/errors.ts';
import { obtainOpenIdToken } from '../../../../functions/exchange/obtain-open-id-token.ts';
import { decisionOf } from '../../../support/callers-sessions.ts';
import { nameOfFailure } from '../../../support/fakes/expect-failure.ts';
import {
  fakeIdentityPool,
  type FakeIdentityPool,
} from '../../../support/fakes/fake-identity-pool.ts';
import { fakeSealer } from '../../../support/fakes/fake-sealer.ts';
import { fakeClock, type FakeClock } from '../../../support/fakes/fixed-clock.ts';
import { identityId, subject } from '../../../support/grants.ts';

let openIdTokens: FakeIdentityPool;
let sealer: ReturnType<typeof fakeSealer>;
let clock: FakeClock;
const { tags } = decisionOf();
const paidEpochSecond = fakeClock().nowEpochMillis() / 1000;
const run = () =>
  obtainOpenIdToken(
    { openIdTokens, sealer, clock, timer: clock },
    { developerProvider: 'login.stepkey' },
    { grant: 'own-files', subject, identityId, tags, paidEpochSecond },
  );

beforeEach(() => {
  openIdTokens = fakeIdentityPool();
  sealer = fakeSealer();
  clock = fakeClock();
});

describe('[SEC-05] an OpenID token', () => {
  it('is obtained for the developer identity alone, with its tags and a short life', async () => {
    await run();
    expect(openIdTokens.obtained).toEqual([
      { identityId, logins: { 'login.stepkey': subject }, tags, durationSeconds: 120 },
    ]);
  });

  it('is handed on sealed for its purpose and grant, and in no other form', async () => {
    const output = await run();
    expect(Object.keys(output)).toEqual(['sealedOpenIdToken']);
    const token = await sealer.open('openid-token', 'own-files', output.sealedOpenIdToken);
    expect(token).toBe(`open-id-token-1-of-${identityId}`);
    expect(output.sealedOpenIdToken).not.toContain(token);
    expect(
      await nameOfFailure(sealer.open('openid-token', 'team-read', output.sealedOpenIdToken)),
    ).toBe('Sealing.Failed');
  });

  it.each<ErrorName>([
    'Identity.LoginRequired',
    'Identity.Conflict',
    'Upstream.Throttled',
    'Upstream.Misconfigured',
  ])('that is refused is not made up: %s', async (name) => {
    openIdTokens.failWith(name);
    expect(await nameOfFailure(run())).toBe(name);
  });

  it('is not asked for outside the second that was paid for [SEC-11]', async () => {
    clock.advance(1000);
    expect(await nameOfFailure(run())).toBe('Quota.Elapsed');
    expect(openIdTokens.obtained).toEqual([]);
  });

  it('that cannot be sealed is not handed on', async () => {
    sealer.failWith('Upstream.Unavailable');
    expect(await nameOfFailure(run())).toBe('Upstream.Unavailable');
  });
});
