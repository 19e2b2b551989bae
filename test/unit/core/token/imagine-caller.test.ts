import { describe, expect, it } from '@jest/globals';
import { imagineCaller } from '../../../../core/token/imagine-caller.ts';
import { noonEpochSeconds } from '../../../support/callers.ts';
import { refusalOf } from '../../../support/refusal.ts';
import { otherUserPool, userPool } from '../../../support/tokens.ts';

const imagine = (
  imagined: Parameters<typeof imagineCaller>[0],
  asking = { issuerAlias: 'users', client: 'app' },
) =>
  imagineCaller(imagined, asking, {
    userPools: [otherUserPool, userPool],
    referencedClaims: new Set(['email']),
    nowEpochSeconds: noonEpochSeconds,
  });

describe('a caller who is imagined', () => {
  it('is nobody, with a token of the asking person’s pool and client, made just now for an hour', () => {
    expect(imagine({ claims: {} })).toMatchObject({
      subject: 'users:00000000-0000-4000-8000-000000000000',
      client: 'app',
      tokenUse: 'id',
      kind: 'person',
      authTimeEpochSeconds: noonEpochSeconds,
      expiresAtEpochSeconds: noonEpochSeconds + 3600,
      groups: [],
      claims: {},
    });
  });

  it('has the claims that are given', () => {
    const claims = { sub: 'someone', 'cognito:groups': ['readers'], email: 'a@example.com' };
    expect(imagine({ claims })).toMatchObject({
      subject: 'users:someone',
      groups: ['readers'],
      claims: { email: 'a@example.com' },
    });
  });

  it('is of the access door with an access token', () => {
    const scope = 'stepkey/credentials';
    expect(imagine({ claims: { token_use: 'access', scope } })).toMatchObject({
      tokenUse: 'access',
      client: 'app',
      scopes: ['stepkey/credentials'],
    });
    expect(imagine({ claims: { token_use: 'id', scope } })).toMatchObject({ scopes: [] });
  });

  it('comes through the client that is named', () => {
    const asking = { issuerAlias: 'partners', client: 'nobody' };
    expect(imagine({ claims: {}, client: 'portal' }, asking)).toMatchObject({
      issuerAlias: 'partners',
      client: 'portal',
    });
  });

  it.each(['unknown', 'constructor', 'portal'])(
    'is refused as any other through the client %s, which the pool does not have',
    (client) => {
      expect(refusalOf(() => imagine({ claims: {}, client })).name).toBe('Token.Invalid');
      const asking = { issuerAlias: 'users', client };
      expect(refusalOf(() => imagine({ claims: {} }, asking)).name).toBe('Token.Invalid');
    },
  );

  it('is refused as a token with these claims would be', () => {
    expect(refusalOf(() => imagine({ claims: { exp: noonEpochSeconds } })).name).toBe(
      'Token.Expired',
    );
    expect(refusalOf(() => imagine({ claims: { iss: 'https://elsewhere' } })).name).toBe(
      'Token.Invalid',
    );
  });

  it('is of no pool that there is not', () => {
    const asking = { issuerAlias: 'strangers', client: 'app' };
    expect(refusalOf(() => imagine({ claims: {} }, asking)).name).toBe('Config.Invalid');
  });
});
