import { beforeEach, describe, expect, it, jest } from '@jest/globals';

import type { ErrorName } from '../../../../core/errors.ts';
import type { LoginContext } from '../../../../functions/identity/logins.ts';
import { obtainOpenIdTokenWithLogin } from '../../../../functions/identity/obtain-open-id-token-with-login.ts';
import { registerIdentity } from '../../../../functions/identity/register-identity.ts';
import { decisionOf } from '../../../support/callers-sessions.ts';
import { callerOf } from '../../../support/callers.ts';
import { nameOfFailure } from '../../../support/fakes/expect-failure.ts';
import {
  fakeIdentityPool,
  type FakeIdentityPool,
} from '../../../support/fakes/fake-identity-pool.ts';
import { fakeSealer } from '../../../support/fakes/fake-sealer.ts';
import { fakeTable, type FakeTable } from '../../../support/fakes/fake-table.ts';
import { fakeClock, type FakeClock } from '../../../support/fakes/fixed-clock.ts';
import { identityId, subject } from '../../../support/grants.ts';
import { otherUserPool, userPool } from '../../../support/tokens.ts';

const personalProvider = 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Example01';
const developerLogin = { 'login.stepkey': subject };
const personalLogin = { [personalProvider]: 'the-id-token' };

let pool: FakeIdentityPool;
let table: FakeTable;
let sealer: ReturnType<typeof fakeSealer>;
let clock: FakeClock;
const paidEpochSecond = fakeClock().nowEpochMillis() / 1000;
const context: LoginContext = {
  userPools: [otherUserPool, userPool],
  developerProvider: 'login.stepkey',
  identityMode: 'linked',
};
const sealedToken = () => sealer.seal('caller-token', '-', 'the-id-token');
const register = async (
  known: string | null = null,
  changes: Parameters<typeof callerOf>[0] = {},
  here: LoginContext = context,
) =>
  registerIdentity({ directory: pool, registry: table, sealer, clock, timer: clock }, here, {
    sealedToken: await sealedToken(),
    caller: callerOf(changes),
    identity: { identityId: known ?? '-', linked: false },
    paidEpochSecond,
  });
const remembered = async () =>
  (await table.read({ subject, client: 'app', grant: '-' }, null)).identity;

beforeEach(() => {
  pool = fakeIdentityPool();
  table = fakeTable();
  sealer = fakeSealer();
  clock = fakeClock();
});

describe('[SEC-05] registering an identity', () => {
  it('adopts the identity that the person’s own login has', async () => {
    const own = await pool.identityOfLogin(personalLogin);
    expect(await register()).toEqual({ identityId: own, linked: true });
    expect(await remembered()).toEqual({ identityId: own, linked: true });
  });

  it('makes one identity for both logins where there is none', async () => {
    const { identityId: made } = await register();
    expect(await pool.identityOfLogin(personalLogin)).toBe(made);
    expect(await pool.identityOfLogin(developerLogin)).toBe(made);
  });

  it('lets a job wait for the person where an operator left it to the person’s login', async () => {
    const own = await pool.identityOfLogin(personalLogin);
    table.awaitLogin(subject);
    expect(await nameOfFailure(register(null, { tokenUse: 'access' }))).toBe(
      'Identity.LoginRequired',
    );
    // What the machine read before the operator came is no longer true.
    const stale = 'us-east-1:00000000-0000-4000-8000-00000000dead';
    expect(await register(stale)).toEqual({ identityId: own, linked: true });
    expect(await register(null, { tokenUse: 'access' })).toMatchObject({ identityId: own });
  });

  it('lets nobody wait for ever where linking is switched off: the person’s own request ends it', async () => {
    const here: LoginContext = { ...context, identityMode: 'developer' };
    const job = { tokenUse: 'access' } as const;
    await register(null, job, here);
    table.awaitLogin(subject);
    expect(await nameOfFailure(register(null, job, here))).toBe('Identity.LoginRequired');
    const { identityId, linked } = await register(null, {}, here);
    expect(linked).toBe(false);
    expect(await remembered()).toEqual({ identityId, linked: false });
    expect(await register(null, job, here)).toEqual({ identityId, linked: false });
  });

  it('links the person’s login to the identity on record', async () => {
    const made = await pool.register({ identityId: null, logins: developerLogin });
    expect(await register(made)).toEqual({ identityId: made, linked: true });
    expect(await pool.identityOfLogin(personalLogin)).toBe(made);
  });

  it('gives the same answer when it is repeated', async () => {
    const first = await register();
    expect(await register()).toEqual(first);
    expect(await register(first.identityId)).toEqual(first);
  });

  it.each<[string, Parameters<typeof callerOf>[0], LoginContext]>([
    ['there is only an access token', { tokenUse: 'access' }, context],
    ['linking is switched off', {}, { ...context, identityMode: 'developer' }],
  ])('keeps to the developer login where %s', async (_, caller, here) => {
    const opened = sealer.open;
    sealer = { ...sealer, open: () => Promise.reject(new TypeError('the token was opened')) };
    const { identityId: made, linked } = await register(null, caller, here);
    sealer = { ...sealer, open: opened };
    expect(linked).toBe(false);
    expect(await pool.identityOfLogin(developerLogin)).toBe(made);
    expect(await pool.identityOfLogin(personalLogin)).not.toBe(made);
  });

  it('never splits a person silently: a login of another identity is a conflict', async () => {
    await pool.identityOfLogin(personalLogin);
    const made = await pool.register({ identityId: null, logins: developerLogin });
    expect(await nameOfFailure(register(made))).toBe('Identity.Conflict');
    expect(await remembered()).toBeNull();
  });

  it('goes by the identity on record, although the machine saw none yet', async () => {
    await table.remember(subject, { identityId, linked: false });
    expect(await register()).toEqual({ identityId, linked: true });
    expect(await pool.identityOfLogin(personalLogin)).toBe(identityId);
  });

  it('never replaces the identity on record', async () => {
    await table.remember(subject, { identityId, linked: false });
    await pool.identityOfLogin(personalLogin);
    expect(await nameOfFailure(register())).toBe('Identity.Conflict');
    expect(await remembered()).toEqual({ identityId, linked: false });
  });

  it('adopts what an attempt made that died before it was remembered', async () => {
    await table.begin(subject);
    const made = await pool.register({ identityId: null, logins: developerLogin });
    expect(await register()).toEqual({ identityId: made, linked: true });
    expect(await pool.identityOfLogin(personalLogin)).toBe(made);
  });

  it('adopts the person’s own identity where such an attempt made none', async () => {
    await table.begin(subject);
    const own = await pool.identityOfLogin(personalLogin);
    expect(await register()).toEqual({ identityId: own, linked: true });
  });

  it('asks the pool who a developer login is only after such an attempt', async () => {
    const asked = jest.spyOn(pool, 'identityOfDeveloper');
    await register();
    await register(null, { subject: 'users:somebody-else', tokenUse: 'access' });
    expect(asked).not.toHaveBeenCalled();
  });

  it('remembers the username for those who act later', async () => {
    await register(null, { username: 'Google_1234', tokenUse: 'access' });
    expect(await table.recall(subject)).toBe('Google_1234');
  });

  it.each<ErrorName>(['Identity.Conflict', 'Upstream.Throttled', 'Upstream.Misconfigured'])(
    'remembers nothing when the pool refuses: %s',
    async (name) => {
      pool.failWith(name);
      expect(await nameOfFailure(register())).toBe(name);
      expect(await remembered()).toBeNull();
    },
  );

  it('makes no call outside the second that was paid for [SEC-11]', async () => {
    clock.advance(1000);
    expect(await nameOfFailure(register(null, { tokenUse: 'access' }))).toBe('Quota.Elapsed');
    expect(await remembered()).toBeNull();
  });

  it('registers nobody of a pool that is not configured', async () => {
    const here = { ...context, userPools: [otherUserPool] };
    expect(await nameOfFailure(register(null, {}, here))).toBe('Config.Invalid');
  });

  it('takes the person’s login from the pool of the token', async () => {
    await register(null, { issuerAlias: 'partners' });
    const ofOther = 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Example02';
    expect(await pool.identityOfLogin({ [ofOther]: 'the-id-token' })).toBe(
      (await remembered())?.identityId,
    );
  });
});

describe('[SEC-05] an OpenID token with the person’s own login', () => {
  const { tags } = decisionOf();
  const obtain = async (
    changes: Parameters<typeof callerOf>[0] = {},
    here: LoginContext = context,
    sealed?: string,
  ) =>
    obtainOpenIdTokenWithLogin({ openIdTokens: pool, sealer, clock, timer: clock }, here, {
      sealedToken: sealed ?? (await sealedToken()),
      caller: callerOf(changes),
      grant: 'own-files',
      identityId,
      tags,
      paidEpochSecond,
    });

  it('is obtained with both logins, the same tags and the same short life', async () => {
    const { sealedOpenIdToken } = await obtain();
    expect(pool.obtained).toEqual([
      {
        identityId,
        logins: { ...developerLogin, ...personalLogin },
        tags,
        durationSeconds: 120,
      },
    ]);
    expect(await sealer.open('openid-token', 'own-files', sealedOpenIdToken)).toBe(
      `open-id-token-1-of-${identityId}`,
    );
  });

  it.each<[string, Parameters<typeof callerOf>[0], LoginContext]>([
    ['at the access door', { tokenUse: 'access' }, context],
    ['where linking is switched off', {}, { ...context, identityMode: 'developer' }],
  ])('is not to be had %s', async (_, caller, here) => {
    expect(await nameOfFailure(obtain(caller, here))).toBe('Identity.LoginRequired');
    expect(pool.obtained).toEqual([]);
  });

  it('is not asked for outside the second that was paid for [SEC-11]', async () => {
    clock.advance(1000);
    expect(await nameOfFailure(obtain())).toBe('Quota.Elapsed');
    expect(pool.obtained).toEqual([]);
  });

  it('is not obtained with a token that was sealed for something else', async () => {
    const sealed = await sealer.seal('openid-token', 'own-files', 'the-id-token');
    expect(await nameOfFailure(obtain({}, context, sealed))).toBe('Sealing.Failed');
    expect(pool.obtained).toEqual([]);
  });
});
