import { describe, expect, it } from '@jest/globals';

import type { Door } from '../../../../core/contracts/caller.ts';
import { readCaller } from '../../../../core/token/read-caller.ts';
import { callerOf, noonEpochSeconds } from '../../../support/callers.ts';
import { refusalOf } from '../../../support/refusal.ts';
import {
  accessClaimsOf,
  idClaimsOf,
  otherUserPool,
  userPool,
  without,
} from '../../../support/tokens.ts';

const read = (
  claims: Record<string, unknown>,
  door: Door = 'id',
  referencedClaims: readonly string[] = [],
) =>
  readCaller(claims, door, {
    userPools: [userPool, otherUserPool],
    referencedClaims: new Set(referencedClaims),
    nowEpochSeconds: noonEpochSeconds,
  });
const refusalFor = (claims: Record<string, unknown>, door: Door = 'id') =>
  refusalOf(() => read(claims, door)).name;

describe('[SEC-01] reading who asks', () => {
  it('takes everything that a decision may depend on, and nothing else', () => {
    expect(read(idClaimsOf({ email: 'alice@example.com', name: 'Alice' }))).toEqual(callerOf());
  });

  it('reads an access token at the access door', () => {
    expect(read(accessClaimsOf(), 'access')).toEqual(callerOf({ tokenUse: 'access' }));
  });

  it('reads the scopes of an access token, and none from an ID token', () => {
    const scope = 'stepkey/credentials  stepkey/audit';
    expect(read(accessClaimsOf({ scope }), 'access').scopes).toEqual([
      'stepkey/credentials',
      'stepkey/audit',
    ]);
    expect(read(idClaimsOf({ scope })).scopes).toEqual([]);
    expect(refusalFor(accessClaimsOf({ scope: ['stepkey/audit'] }), 'access')).toBe(
      'Token.Invalid',
    );
  });

  it("knows a client's own token by its subject, and by nothing else", () => {
    const own = accessClaimsOf({ sub: 'client-id-of-app' });
    expect(read(own, 'access').kind).toBe('machine');
    expect(read(accessClaimsOf(), 'access').kind).toBe('person');
    expect(read(idClaimsOf({ sub: 'client-id-of-app' })).kind).toBe('person');
  });

  it('names the client by the pool of the token', () => {
    const claims = idClaimsOf({ iss: otherUserPool.issuer, aud: 'client-id-of-portal' });
    expect(read(claims)).toMatchObject({ issuerAlias: 'partners', client: 'portal' });
  });

  it.each<[string, Record<string, unknown>, Partial<ReturnType<typeof callerOf>>]>([
    ['jti', without(idClaimsOf(), 'jti'), { tokenId: null }],
    ['cognito:groups', without(idClaimsOf(), 'cognito:groups'), { groups: [] }],
    [
      'auth_time',
      without(idClaimsOf(), 'auth_time'),
      { authTimeEpochSeconds: noonEpochSeconds - 300 },
    ],
  ])('does without %s', (_, claims, changes) => {
    expect(read(claims)).toEqual(callerOf(changes));
  });

  it('takes the time of sign-in from auth_time, not from iat', () => {
    expect(read(idClaimsOf({ auth_time: 1_700_000_000 })).authTimeEpochSeconds).toBe(1_700_000_000);
  });

  it('keeps a group name with a comma as one group', () => {
    expect(read(idClaimsOf({ 'cognito:groups': ['a,readers', ']'] })).groups).toEqual([
      'a,readers',
      ']',
    ]);
  });

  it.each(['exp', 'iat', 'iss', 'aud', 'sub', 'token_use'])(
    'refuses a token without %s',
    (name) => {
      expect(refusalFor(without(idClaimsOf(), name))).toBe('Token.Invalid');
    },
  );

  it('refuses an access token without client_id', () => {
    expect(refusalFor(without(accessClaimsOf(), 'client_id'), 'access')).toBe('Token.Invalid');
  });

  it.each<[string, unknown]>([
    ['exp', String(noonEpochSeconds + 3300)],
    ['exp', [noonEpochSeconds + 3300]],
    ['exp', noonEpochSeconds + 0.5],
    ['exp', Number.POSITIVE_INFINITY],
    ['exp', Number.NaN],
    ['exp', null],
    ['exp', true],
    ['exp', 0],
    ['exp', -1],
    ['exp', 2 ** 53],
    ['iat', String(noonEpochSeconds)],
    ['iat', noonEpochSeconds - 0.5],
    ['iat', null],
    ['iat', 0],
    ['iss', [userPool.issuer]],
    ['iss', `${userPool.issuer}/`],
    ['iss', userPool.issuer.toUpperCase()],
    ['iss', 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example'],
    ['iss', 'https://issuer.example'],
    ['iss', otherUserPool.issuer],
    ['iss', null],
    ['aud', ['client-id-of-app']],
    ['aud', 'client-id-of-nobody'],
    ['aud', 'client-id-of-portal'],
    ['aud', 'app'],
    ['aud', ''],
    ['aud', null],
    ['token_use', 'access'],
    ['token_use', 'ID'],
    ['token_use', ['id']],
    ['token_use', null],
    ['sub', ''],
    ['sub', 'a'.repeat(129)],
    ['sub', 'a b'],
    ['sub', 'a\n'],
    ['sub', 'a\u0000'],
    ['sub', 'é'],
    ['sub', ['11111111-2222-4333-8444-555555555555']],
    ['sub', 1],
    ['sub', null],
    ['auth_time', String(noonEpochSeconds)],
    ['auth_time', null],
    ['auth_time', -1],
    ['cognito:groups', 'readers'],
    ['cognito:groups', ['readers', 1]],
    ['cognito:groups', ['readers', ['writers']]],
    ['cognito:groups', { 0: 'readers' }],
    ['cognito:groups', null],
    ['cognito:roles', 'arn:aws:iam::123456789012:role/a'],
    ['cognito:roles', [null]],
    ['cognito:roles', null],
    ['cognito:preferred_role', ['arn:aws:iam::123456789012:role/a']],
    ['cognito:preferred_role', null],
  ])('refuses a token whose %s is %j', (name, value) => {
    expect(refusalFor(idClaimsOf({ [name]: value }))).toBe('Token.Invalid');
  });

  it.each<[string, Door, Record<string, unknown>]>([
    ['an ID token at the access door', 'access', idClaimsOf()],
    ['an access token at the ID door', 'id', accessClaimsOf()],
    ['an ID token that says its client as client_id', 'id', accessClaimsOf({ token_use: 'id' })],
    ['an access token that says its client as aud', 'access', idClaimsOf({ token_use: 'access' })],
  ])('refuses %s', (_, door, claims) => {
    expect(refusalFor(claims, door)).toBe('Token.Invalid');
  });
});

describe('[SEC-01] the times of a token', () => {
  it.each<[string, Record<string, number>, 'Token.Expired' | 'Token.Invalid' | null]>([
    ['that ends one second from now', { exp: 1_795_262_401 }, null],
    ['that ends now', { exp: 1_795_262_400 }, 'Token.Expired'],
    ['that ended a second ago', { exp: 1_795_262_399 }, 'Token.Expired'],
    ['issued 60 s ahead', { iat: 1_795_262_460, exp: 1_795_266_060 }, null],
    ['issued 61 s ahead', { iat: 1_795_262_461, exp: 1_795_266_060 }, 'Token.Invalid'],
    ['of exactly a day', { iat: 1_795_262_400, exp: 1_795_348_800 }, null],
    ['of a day and a second', { iat: 1_795_262_400, exp: 1_795_348_801 }, 'Token.Invalid'],
    [
      'issued a day ago',
      { iat: 1_795_176_001, exp: 1_795_262_401, auth_time: 1_795_176_001 },
      null,
    ],
    ['of a sign-in after it was made', { auth_time: 1_795_270_000 }, 'Token.Invalid'],
    [
      'of a sign-in 60 s after it was made',
      { iat: 1_795_262_400, exp: 1_795_266_000, auth_time: 1_795_262_460 },
      null,
    ],
    [
      'of a sign-in 61 s after it was made',
      { iat: 1_795_262_400, exp: 1_795_266_000, auth_time: 1_795_262_461 },
      'Token.Invalid',
    ],
  ])('a token %s: %s', (_, times, expected) => {
    const claims = idClaimsOf(times);
    if (expected === null) expect(read(claims).expiresAtEpochSeconds).toBe(times['exp']);
    else expect(refusalFor(claims)).toBe(expected);
  });
});

describe('the claims that are kept', () => {
  it.each<[string, unknown]>([
    ['a text', 'a'],
    ['an empty text', ''],
    ['a number', 1.5],
    ['a flag', false],
    ['a list of texts', ['a', 'b']],
    ['an empty list', []],
  ])('may be %s', (_, value) => {
    expect(read(idClaimsOf({ team: value }), 'id', ['team']).claims).toEqual({ team: value });
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['an object', { a: 1 }],
    ['a list with a number', ['a', 1]],
    ['a number without end', Number.POSITIVE_INFINITY],
    ['a function', () => 'a'],
  ])('count as absent when they are %s', (_, value) => {
    expect(read(idClaimsOf({ team: value }), 'id', ['team']).claims).toEqual({});
  });

  it('are only those that a grant refers to', () => {
    const claims = idClaimsOf({ team: 'a', email: 'alice@example.com' });
    expect(read(claims, 'id', ['team', 'absent']).claims).toEqual({ team: 'a' });
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf'])(
    'never come from the prototype: %s',
    (name) => {
      expect(Object.keys(read(idClaimsOf(), 'id', [name]).claims)).toEqual([]);
    },
  );

  it('are never inherited', () => {
    const claims = Object.assign(Object.create({ team: 'a' }) as object, idClaimsOf());
    expect(read(claims as Record<string, unknown>, 'id', ['team']).claims).toEqual({});
  });

  it('may bear the name of a prototype’s property where the token has it', () => {
    const claims = JSON.parse(
      `{${JSON.stringify(idClaimsOf()).slice(1, -1)},"__proto__":"a"}`,
    ) as Record<string, unknown>;
    const kept = read(claims, 'id', ['__proto__']).claims;
    expect(Object.entries(kept)).toEqual([['__proto__', 'a']]);
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
  });
});
