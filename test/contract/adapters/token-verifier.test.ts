import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';

import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

import { systemClock } from '../../../adapters/clock.ts';
import { boundedJwksFetcher } from '../../../adapters/jwks-fetcher.ts';
import { userPoolTokenVerifier } from '../../../adapters/token-verifier.ts';
import type { Door } from '../../../core/contracts/caller.ts';
import type { TokenVerifier } from '../../../core/ports.ts';
import { failureOf, nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { fakeClock } from '../../support/fakes/fixed-clock.ts';
import { fakeTokenVerifier } from '../../support/fakes/fake-token-verifier.ts';

// One file, though long: the real verifier and the fake are held to one list.

const users = {
  alias: 'users',
  userPoolId: 'us-east-1_Users0001',
  issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Users0001',
  clients: { app: 'client-app-1', cli: 'client-cli-1' },
};
const partners = {
  alias: 'partners',
  userPoolId: 'us-east-1_Partners1',
  issuer: 'https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_Partners1',
  clients: { app: 'client-partner-1' },
};

const now = Math.floor(Date.now() / 1000);
const idClaims = {
  sub: 'b2f6f9a0-sub',
  iss: users.issuer,
  aud: 'client-app-1',
  token_use: 'id',
  iat: now - 10,
  exp: now + 3600,
};
const accessClaims = {
  sub: 'b2f6f9a0-sub',
  iss: users.issuer,
  client_id: 'client-cli-1',
  token_use: 'access',
  iat: now - 10,
  exp: now + 3600,
};

interface Signer {
  readonly kid: string;
  readonly key: CryptoKey;
  readonly jwk: JWK;
}

const newSigner = async (kid: string): Promise<Signer> => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = await exportJWK(publicKey);
  return { kid, key: privateKey, jwk: { ...jwk, kid, alg: 'RS256', use: 'sig' } };
};

const sign = (signer: Signer, claims: Record<string, unknown>, header = {}): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: signer.kid, ...header })
    .sign(signer.key);

let pool: Signer;
let partner: Signer;
let stranger: Signer;
let endpoint: string;
let fetched: string[] = [];
let respond: RequestListener;

const server = createServer((request, response) => {
  fetched.push(request.url ?? '');
  respond(request, response);
});
const serveKeys: RequestListener = (request, response) => {
  const signer = request.url?.includes(users.userPoolId) === true ? pool : partner;
  response.end(JSON.stringify({ keys: [signer.jwk] }));
};

const serveOnly =
  ({ jwk }: Signer): RequestListener =>
  (_request, response) => {
    response.end(JSON.stringify({ keys: [jwk] }));
  };

beforeAll(async () => {
  pool = await newSigner('pool-key');
  partner = await newSigner('partner-key');
  stranger = await newSigner('pool-key');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
beforeEach(() => {
  fetched = [];
  respond = serveKeys;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const newVerifier = () => userPoolTokenVerifier({ userPools: [users, partners], endpoint });
const newVerifierThatKeeps = () =>
  userPoolTokenVerifier({
    userPools: [users, partners],
    endpoint,
    keepBy: systemClock,
  });
/** Kept, and told from what is kept: the first presentation has the keys fetched. */
const presentTwice = async (verifier: TokenVerifier, token: string, door: Door): Promise<void> => {
  const present = () => verifier.verify(token, door).catch(() => undefined);
  await present();
  await present();
};
/** What a verifier that keeps says of a token, or beside a token, that it knows already. */
const newVerifierThatKnows = (token: string, claims: Record<string, unknown>): TokenVerifier => {
  const verifier = newVerifierThatKeeps();
  return {
    verify: async (presented, door) => {
      await presentTwice(verifier, token, claims['token_use'] as Door);
      return verifier.verify(presented, door);
    },
  };
};

const fakeThatKnows = (token: string, claims: Record<string, unknown>) => {
  const verifier = fakeTokenVerifier(fakeClock(now * 1000));
  verifier.accept(token, claims);
  return verifier;
};

describe.each([
  ['the fake', fakeThatKnows],
  ['the user pools', () => newVerifier()],
  ['the user pools for the second time', newVerifierThatKnows],
] as const)('%s, as a token verifier', (_name, verifierThatKnows) => {
  it('gives the claims of a good ID token at the ID door', async () => {
    const token = await sign(pool, idClaims);
    expect(await verifierThatKnows(token, idClaims).verify(token, 'id')).toEqual(idClaims);
  });

  it('gives the claims of a good access token at the access door', async () => {
    const token = await sign(pool, accessClaims);
    expect(await verifierThatKnows(token, accessClaims).verify(token, 'access')).toEqual(
      accessClaims,
    );
  });

  it('refuses each kind of token at the other door', async () => {
    const idToken = await sign(pool, idClaims);
    const accessToken = await sign(pool, accessClaims);
    expect(
      await nameOfFailure(verifierThatKnows(idToken, idClaims).verify(idToken, 'access')),
    ).toBe('Token.Invalid');
    expect(
      await nameOfFailure(verifierThatKnows(accessToken, accessClaims).verify(accessToken, 'id')),
    ).toBe('Token.Invalid');
  });

  it('says of a token that is only too old that it expired', async () => {
    const claims = { ...idClaims, exp: now - 1 };
    const token = await sign(pool, claims);
    expect(await nameOfFailure(verifierThatKnows(token, claims).verify(token, 'id'))).toBe(
      'Token.Expired',
    );
  });

  it('says of a token that is too old and wrong that it is wrong', async () => {
    const claims = { ...idClaims, exp: now - 1 };
    const token = await sign(pool, claims);
    expect(await nameOfFailure(verifierThatKnows(token, claims).verify(token, 'access'))).toBe(
      'Token.Invalid',
    );
  });

  it('refuses what is no token', async () => {
    const verifier = verifierThatKnows(await sign(pool, idClaims), idClaims);
    expect(await nameOfFailure(verifier.verify('not.a.token', 'id'))).toBe('Token.Invalid');
  });
});

describe('userPoolTokenVerifier', () => {
  it.each([
    ['a client that is not listed', { aud: 'client-other' }],
    ["another pool's client", { aud: 'client-partner-1' }],
    ['no client', { aud: undefined }],
    ['an issuer that is not configured', { iss: `${users.issuer}X` }],
    ['no issuer', { iss: undefined }],
    ["a configured pool's issuer and another pool's key", { iss: partners.issuer }],
    ['a use that is neither', { token_use: 'refresh' }],
    ['no use', { token_use: undefined }],
    ['a time before which it is not valid', { nbf: now + 600 }],
  ])('refuses an ID token with %s', async (_fault, change) => {
    const token = await sign(pool, { ...idClaims, ...change });
    expect(await nameOfFailure(newVerifier().verify(token, 'id'))).toBe('Token.Invalid');
  });

  it('refuses an access token whose client_id is not listed, though its aud is', async () => {
    const token = await sign(pool, { ...accessClaims, client_id: 'other', aud: 'client-app-1' });
    expect(await nameOfFailure(newVerifier().verify(token, 'access'))).toBe('Token.Invalid');
  });

  it('takes tokens of every configured pool, each under its own keys', async () => {
    const claims = { ...idClaims, iss: partners.issuer, aud: 'client-partner-1' };
    const verifier = newVerifier();
    await verifier.verify(await sign(pool, idClaims), 'id');
    await verifier.verify(await sign(partner, claims), 'id');
    expect(fetched).toEqual([
      `/${users.userPoolId}/.well-known/jwks.json`,
      `/${partners.userPoolId}/.well-known/jwks.json`,
    ]);
  });

  it('asks the issuer for its keys where no endpoint is overridden', async () => {
    const asked: string[] = [];
    const verifier = userPoolTokenVerifier({
      userPools: [users],
      endpoint: null,
      fetcher: {
        fetch: (uri) => {
          asked.push(uri);
          return Promise.resolve(
            new TextEncoder().encode(JSON.stringify({ keys: [pool.jwk] })).buffer,
          );
        },
      },
    });
    await verifier.verify(await sign(pool, idClaims), 'id');
    expect(asked).toEqual([`${users.issuer}/.well-known/jwks.json`]);
  });

  it('refuses a signature by another key of the same id', async () => {
    const token = await sign(stranger, idClaims);
    expect(await nameOfFailure(newVerifier().verify(token, 'id'))).toBe('Token.Invalid');
  });

  it('refuses an expired token with a wrong signature as wrong', async () => {
    const token = await sign(stranger, { ...idClaims, exp: now - 1 });
    expect(await nameOfFailure(newVerifier().verify(token, 'id'))).toBe('Token.Invalid');
  });

  it('refuses an expired token of another issuer as wrong, also where there is one pool', async () => {
    const verifier = userPoolTokenVerifier({ userPools: [users], endpoint });
    const token = await sign(pool, { ...idClaims, iss: 'https://other.example', exp: now - 1 });
    expect(await nameOfFailure(verifier.verify(token, 'id'))).toBe('Token.Invalid');
  });

  it.each(['none', 'HS256'])('refuses the algorithm %s', async (alg) => {
    const [, payload = ''] = (await sign(pool, idClaims)).split('.');
    const header = Buffer.from(JSON.stringify({ alg, kid: pool.kid })).toString('base64url');
    const token = `${header}.${payload}.AAAA`;
    expect(await nameOfFailure(newVerifier().verify(token, 'id'))).toBe('Token.Invalid');
  });

  it('fetches the keys once for many tokens, also when they come together', async () => {
    const verifier = newVerifier();
    const token = await sign(pool, idClaims);
    await Promise.all(Array.from({ length: 8 }, () => verifier.verify(token, 'id')));
    await verifier.verify(token, 'id');
    expect(fetched).toHaveLength(1);
  });

  it('fetches the keys again once, however many unknown key ids are presented', async () => {
    const verifier = newVerifier();
    await verifier.verify(await sign(pool, idClaims), 'id');
    for (let index = 0; index < 10; index += 1) {
      const token = await sign(stranger, idClaims, { kid: `unknown-${String(index)}` });
      expect(await nameOfFailure(verifier.verify(token, 'id'))).toBe('Token.Invalid');
    }
    await verifier.verify(await sign(pool, idClaims), 'id');
    expect(fetched).toHaveLength(2);
  });

  it('finds a key that the pool has changed to', async () => {
    const verifier = newVerifier();
    await verifier.verify(await sign(pool, idClaims), 'id');
    const next = await newSigner('pool-key-2');
    respond = (_request, response) => {
      response.end(JSON.stringify({ keys: [pool.jwk, next.jwk] }));
    };
    expect(await verifier.verify(await sign(next, idClaims), 'id')).toEqual(idClaims);
  });

  describe('[SEC-01] that keeps what it verified', () => {
    it('refuses what a token that it knows does not say', async () => {
      const verifier = newVerifierThatKeeps();
      const token = await sign(pool, idClaims);
      await presentTwice(verifier, token, 'id');
      const [header = '', payload = '', signature = ''] = token.split('.');
      const forged = Buffer.from(JSON.stringify({ ...idClaims, sub: 'mallory' }));
      for (const presented of [
        `${header}.${forged.toString('base64url')}.${signature}`,
        `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
        `${header}.${payload}.`,
      ]) {
        expect(await nameOfFailure(verifier.verify(presented, 'id'))).toBe('Token.Invalid');
      }
    });

    it('refuses all tokens that it knows once the pool no longer has their key', async () => {
      const verifier = newVerifierThatKeeps();
      const tokens = await Promise.all(
        ['1', '2', '3'].map((jti) => sign(pool, { ...idClaims, jti })),
      );
      for (const token of tokens) await presentTwice(verifier, token, 'id');
      const next = await newSigner('pool-key-2');
      respond = serveOnly(next);
      // Whoever signed in with the new key has the keys fetched.
      await verifier.verify(await sign(next, idClaims), 'id');
      for (const token of tokens)
        expect(await nameOfFailure(verifier.verify(token, 'id'))).toBe('Token.Invalid');
    });

    it('does so too where the pool goes back to the keys that it had', async () => {
      const verifier = newVerifierThatKeeps();
      const token = await sign(pool, idClaims);
      const next = await newSigner('pool-key-2');
      const nextToken = await sign(next, idClaims);
      await presentTwice(verifier, token, 'id');
      respond = serveOnly(next);
      await presentTwice(verifier, nextToken, 'id');
      respond = serveKeys;
      await verifier.verify(token, 'id');
      expect(await nameOfFailure(verifier.verify(nextToken, 'id'))).toBe('Token.Invalid');
    });

    it.each([
      ['by a clock that goes on, says that it expired', systemClock, 'Token.Expired'],
      ['by a clock that stands still, is as good as ever', fakeClock(now * 1000), 'accepted'],
    ])('a token that it knows, %s', async (_what, keepBy, outcome) => {
      const verifier = userPoolTokenVerifier({ userPools: [users], endpoint, keepBy });
      const token = await sign(pool, { ...idClaims, exp: Math.floor(Date.now() / 1000) + 1 });
      await presentTwice(verifier, token, 'id');
      await new Promise((resolve) => setTimeout(resolve, 2100));
      const said = verifier.verify(token, 'id').then(() => 'accepted');
      expect(await said.catch((error: unknown) => (error as Error).name)).toBe(outcome);
    });

    it('verifies nothing anew for a key id that has the same keys fetched again', async () => {
      const clock = fakeClock(now * 1000);
      const verifier = userPoolTokenVerifier({ userPools: [users], endpoint, keepBy: clock });
      const token = await sign(pool, { ...idClaims, exp: Math.floor(Date.now() / 1000) + 1 });
      await presentTwice(verifier, token, 'id');
      const unknown = await sign(stranger, idClaims, { kid: 'unknown' });
      await verifier.verify(unknown, 'id').catch(() => undefined);
      expect(fetched).toHaveLength(2);
      await new Promise((resolve) => setTimeout(resolve, 2100));
      // Verified anew it would have expired: only the clock of what is kept stands still.
      expect(await verifier.verify(token, 'id')).toMatchObject({ sub: idClaims.sub });
    });
  });

  it.each<[string, RequestListener]>([
    ['an error', (_request, response) => response.writeHead(500).end()],
    ['not found', (_request, response) => response.writeHead(404).end('{}')],
    ['a redirect', (_request, response) => response.writeHead(302, { location: '/' }).end()],
    ['no key set', (_request, response) => response.end('<html>')],
    ['a set with a key that is none', (_request, response) => response.end('{"keys":[{}]}')],
    ['more than a key set can be', (_request, response) => response.end(' '.repeat(70_000))],
    ['a closed connection', (request) => request.socket.destroy()],
    ['nothing', () => undefined],
    ['a body that never ends', (_request, response) => response.write('{')],
    [
      'a byte now and then',
      (_request, response) => {
        const drip = setInterval(() => response.write(' '), 20);
        response.once('close', () => {
          clearInterval(drip);
        });
      },
    ],
  ])('says that the keys cannot be had when the pool answers with %s', async (_name, listener) => {
    respond = listener;
    const verifier = userPoolTokenVerifier({
      userPools: [users],
      endpoint,
      fetcher: boundedJwksFetcher(250),
    });
    const token = await sign(pool, idClaims);
    expect(await nameOfFailure(verifier.verify(token, 'id'))).toBe('Upstream.Unavailable');
    respond = serveKeys;
    expect(await verifier.verify(token, 'id')).toEqual(idClaims);
  });

  it('carries nothing of the token in a refusal, not even in its cause', async () => {
    const marked = { ...idClaims, aud: 'secret-audience', email: 'alice@example.com' };
    const tokens = [
      await sign(pool, marked),
      await sign(pool, { ...marked, iss: 'https://secret-issuer.example' }),
      await sign(stranger, marked, { kid: 'secret-kid' }),
      `${Buffer.from('{"alg":"secret').toString('base64url')}.e30.AAAA`,
    ];
    for (const token of tokens) {
      const failure = await failureOf(newVerifier().verify(token, 'id'));
      expect(inspect(failure, { depth: null, showHidden: true })).not.toMatch(/secret|alice/);
    }
  });
});
