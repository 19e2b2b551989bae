import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CognitoIdentityClient } from '@aws-sdk/client-cognito-identity';
import { inspect } from 'node:util';

import { clientSettings } from '../../../adapters/aws-clients.ts';
import { identityPoolDirectory } from '../../../adapters/identity-directory.ts';
import { identityPoolTokenSource } from '../../../adapters/open-id-token-source.ts';
import type { IdentityDirectory, OpenIdTokenSource } from '../../../core/ports.ts';
import { AwsError } from '../../../local/aws.ts';
import {
  noCredentials,
  startAwsWire,
  wireCredentials,
  type AwsWire,
  type WireResponder,
} from '../../support/fakes/aws-wire.ts';
import { failureOf, nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { fakeIdentityPool } from '../../support/fakes/fake-identity-pool.ts';

const poolId = 'us-east-1:11111111-1111-4111-8111-111111111111';
const personal = { 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Users0001': 'the-id-token' };
const developer = { 'login.stepkey': 'users:b2f6f9a0' };

/** What the identity pool answers, as far as the model and its documentation say. */
const poolResponder = (): WireResponder => {
  const identityOf = new Map<string, string>();
  let count = 0;
  return ({ operation, input }) => {
    if (operation === 'LookupDeveloperIdentity') {
      const login = input['DeveloperUserIdentifier'] as string;
      const IdentityId = identityOf.get(`login.stepkey ${login}`);
      if (IdentityId === undefined) throw new AwsError('ResourceNotFoundException', 'not found');
      return { IdentityId, DeveloperUserIdentifierList: [login] };
    }
    const keys = Object.entries(input['Logins'] as Record<string, string>).map(
      ([provider, login]) => `${provider} ${login}`,
    );
    const owners = new Set(keys.flatMap((key) => identityOf.get(key) ?? []));
    const wanted = input['IdentityId'];
    if (typeof wanted === 'string' && [...owners].some((owner) => owner !== wanted)) {
      throw new AwsError('DeveloperUserAlreadyRegisteredException', 'already registered');
    }
    if (owners.size > 1) throw new AwsError('ResourceConflictException', 'linked elsewhere');
    count += 1;
    const fresh = `us-east-1:00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
    const identityId = typeof wanted === 'string' ? wanted : ([...owners][0] ?? fresh);
    for (const key of keys) identityOf.set(key, identityId);
    return {
      IdentityId: identityId,
      ...(operation === 'GetId' ? {} : { Token: `token-of-${identityId}` }),
    };
  };
};

let wire: AwsWire;
beforeAll(async () => {
  wire = await startAwsWire();
});
beforeEach(() => {
  wire.respond = poolResponder();
  wire.calls.length = 0;
});
afterAll(() => wire.close());

const realPool = (
  credentials: typeof wireCredentials | typeof noCredentials = wireCredentials,
): OpenIdTokenSource & IdentityDirectory => {
  const client = new CognitoIdentityClient({
    ...clientSettings('cognito-identity', { region: 'us-east-1', endpoint: wire.endpoint }),
    requestHandler: { requestTimeout: 1_000, throwOnRequestTimeout: true },
    credentials,
  });
  const options = { client, identityPoolId: poolId };
  return { ...identityPoolTokenSource(options), ...identityPoolDirectory(options) };
};

const obtaining = (identityId: string, logins: Record<string, string> = developer) => ({
  identityId,
  logins,
  tags: { 'stepkey-subject': 'users:b2f6f9a0' },
  durationSeconds: 120,
});

describe.each([
  ['the fake', fakeIdentityPool],
  ['Cognito', realPool],
] as const)('%s, as an identity pool', (_name, newPool) => {
  it('gives a login the same identity every time', async () => {
    const pool = newPool();
    const first = await pool.identityOfLogin(personal);
    expect(first).toMatch(/^[\w-]+:[0-9a-f-]+$/);
    expect(await pool.identityOfLogin(personal)).toBe(first);
  });

  it('registers a developer login once, and answers repetitions alike', async () => {
    const pool = newPool();
    const first = await pool.register({ identityId: null, logins: developer });
    expect(await pool.register({ identityId: null, logins: developer })).toBe(first);
    expect(await pool.register({ identityId: first, logins: developer })).toBe(first);
  });

  it('links the developer login to the identity of the personal one', async () => {
    const pool = newPool();
    const identityId = await pool.identityOfLogin(personal);
    await pool.register({ identityId, logins: { ...developer, ...personal } });
    expect(await pool.register({ identityId: null, logins: developer })).toBe(identityId);
  });

  it('refuses to link a login that belongs to another identity', async () => {
    const pool = newPool();
    const identityId = await pool.identityOfLogin(personal);
    await pool.register({ identityId: null, logins: developer });
    expect(
      await nameOfFailure(pool.register({ identityId, logins: { ...developer, ...personal } })),
    ).toBe('Identity.Conflict');
  });

  it('finds the identity of a developer login, and null for one that it does not know', async () => {
    const pool = newPool();
    const [login = ''] = Object.values(developer);
    expect(await pool.identityOfDeveloper(login)).toBeNull();
    const identityId = await pool.register({ identityId: null, logins: developer });
    expect(await pool.identityOfDeveloper(login)).toBe(identityId);
  });

  it('gives an OpenID token for a registered identity', async () => {
    const pool = newPool();
    const identityId = await pool.register({ identityId: null, logins: developer });
    expect(await pool.obtain(obtaining(identityId))).toEqual(expect.any(String));
  });

  it('gives no OpenID token to a login of another identity', async () => {
    const pool = newPool();
    await pool.register({ identityId: null, logins: developer });
    const other = await pool.identityOfLogin(personal);
    expect(await nameOfFailure(pool.obtain(obtaining(other)))).toBe('Identity.Conflict');
  });
});

describe('the adapters of the identity pool', () => {
  it('ask for a token with exactly pool, identity, logins, tags and duration', async () => {
    const pool = realPool();
    const identityId = await pool.register({ identityId: null, logins: developer });
    await pool.obtain(obtaining(identityId));
    expect(wire.calls.at(-1)).toMatchObject({
      operation: 'GetOpenIdTokenForDeveloperIdentity',
      input: {
        IdentityPoolId: poolId,
        IdentityId: identityId,
        Logins: developer,
        PrincipalTags: { 'stepkey-subject': 'users:b2f6f9a0' },
        TokenDuration: 120,
      },
    });
  });

  it('leave a token of one second behind when they register', async () => {
    await realPool().register({ identityId: null, logins: developer });
    expect(wire.calls[0]?.input['TokenDuration']).toBe(1);
  });

  it('sign what acts for the developer, and not what a login does for itself', async () => {
    await realPool().register({ identityId: null, logins: developer });
    await realPool(noCredentials).identityOfLogin(personal);
    expect(wire.calls.map(({ authorization }) => authorization?.split(' ')[0])).toEqual([
      'AWS4-HMAC-SHA256',
      undefined,
    ]);
  });

  it('take no token and no identity other than the one asked for', async () => {
    wire.respond = () => ({ IdentityId: 'us-east-1:ffff', Token: 'token' });
    const pool = realPool();
    expect(await nameOfFailure(pool.obtain(obtaining('us-east-1:aaaa')))).toBe('Identity.Conflict');
    expect(
      await nameOfFailure(pool.register({ identityId: 'us-east-1:aaaa', logins: developer })),
    ).toBe('Identity.Conflict');
  });

  it('take no answer without its result', async () => {
    wire.respond = () => ({});
    const pool = realPool();
    for (const work of [
      () => pool.obtain(obtaining('us-east-1:aaaa')),
      () => pool.register({ identityId: null, logins: developer }),
      () => pool.identityOfLogin(personal),
    ]) {
      expect(await nameOfFailure(work())).toBe('Upstream.Unavailable');
    }
  });

  const loginsText =
    "Logins don't match. Please include at least one valid login for this identity or identity pool.";
  it.each([
    ['NotAuthorizedException', loginsText, 400, 'Identity.LoginRequired'],
    [
      'NotAuthorizedException',
      'Invalid login token. Token expired: 1795262401 >= 1795262400',
      400,
      'Token.Expired',
    ],
    ['NotAuthorizedException', 'Access to Identity is forbidden', 400, 'Upstream.Misconfigured'],
    ['ResourceConflictException', 'conflict', 400, 'Identity.Conflict'],
    ['DeveloperUserAlreadyRegisteredException', 'registered', 400, 'Identity.Conflict'],
    ['TooManyRequestsException', 'slow down', 400, 'Upstream.Throttled'],
    ['ThrottlingException', 'slow down', 400, 'Upstream.Throttled'],
    ['InternalErrorException', 'oops', 500, 'Upstream.Unavailable'],
    ['ServiceUnavailableException', 'oops', 503, 'Upstream.Unavailable'],
    ['ExternalServiceException', 'oops', 400, 'Upstream.Unavailable'],
    ['hang', '', 500, 'Upstream.Unavailable'],
    ['InvalidParameterException', 'wrong', 400, 'Upstream.Misconfigured'],
    ['ResourceNotFoundException', 'no pool', 400, 'Upstream.Misconfigured'],
    ['AccessDeniedException', 'not authorized', 400, 'Upstream.Misconfigured'],
  ])('translate %s (%s) of status %i to %s', async (code, message, statusCode, name) => {
    wire.respond = () => {
      throw new AwsError(code, message, { statusCode });
    };
    const pool = realPool();
    expect(await nameOfFailure(pool.obtain(obtaining('us-east-1:aaaa')))).toBe(name);
    expect(await nameOfFailure(pool.register({ identityId: null, logins: developer }))).toBe(name);
    expect(await nameOfFailure(pool.identityOfLogin(personal))).toBe(name);
    expect(wire.calls).toHaveLength(3);
  });

  it('keep what AWS said as the cause, unless AWS quotes a login', async () => {
    wire.respond = () => {
      throw new AwsError('InvalidParameterException', "Value 'the-id-token' is too long");
    };
    const quoting = await failureOf(realPool().identityOfLogin(personal));
    const plain = await failureOf(realPool().identityOfLogin({ provider: 'another' }));
    expect(inspect(quoting, { showHidden: true, depth: null })).not.toContain('the-id-token');
    expect(quoting.cause).toMatchObject({ message: 'InvalidParameterException' });
    expect(plain.cause).toMatchObject({ name: 'InvalidParameterException' });
  });
});
