import { createHmac, generateKeyPairSync, sign as signBytes, type KeyObject } from 'node:crypto';

import { beforeEach, describe, expect, it } from '@jest/globals';

import { userPoolTokenVerifier } from '../../adapters/token-verifier.ts';
import { routes } from '../../functions/api/routes.ts';
import { createHandler } from '../../functions/http/handler.ts';
import { eventOf, frontAtNoon, type Front, type LogLine } from '../support/callers-front.ts';
import { noonEpochSeconds } from '../support/callers.ts';
import {
  accessClaimsOf,
  idClaimsOf,
  otherUserPool,
  partOf,
  userPool,
  without,
} from '../support/tokens.ts';

/** Forged and bent tokens against the front with the real verifier: none may get further than a denial. */

const newKey = (kid: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, privateKey, publicKey };
};
const keyOfPool = newKey('key-of-users');
const keyOfPartners = newKey('key-of-partners');
const keyOfStranger = newKey('key-of-users');

type Json = Record<string, unknown>;

const jwkOf = (key: typeof keyOfPool): Json => ({
  ...key.publicKey.export({ format: 'jwk' }),
  kid: key.kid,
  alg: 'RS256',
  use: 'sig',
});

/** The verifier's library reads the machine's own clock: claims are moved to where it stands. */
const offsetSeconds = Math.floor(Date.now() / 1000) - noonEpochSeconds;
const today = (claims: Json): Json =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      ['exp', 'iat', 'nbf', 'auth_time'].includes(name) && typeof value === 'number'
        ? value + offsetSeconds
        : value,
    ]),
  );

const signInput = (header: Json | string, payload: string): string =>
  `${partOf(typeof header === 'string' ? header : JSON.stringify(header))}.${partOf(payload)}`;
const signText = (input: string, privateKey: KeyObject, hash = 'RSA-SHA256'): string =>
  `${input}.${partOf(signBytes(hash, Buffer.from(input), privateKey))}`;

const header = { kid: keyOfPool.kid, alg: 'RS256' };
const idPayload = (changes: Json = {}) => JSON.stringify(today(idClaimsOf(changes)));
const signed = (claims: Json, key = keyOfPool, headerChanges: Json = {}) =>
  signText(
    signInput({ ...header, kid: key.kid, ...headerChanges }, JSON.stringify(today(claims))),
    key.privateKey,
  );
const withHmac = (secret: string | Buffer) => {
  const input = signInput({ ...header, alg: 'HS256' }, idPayload());
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
};
const good = () => signed(idClaimsOf());
const [headerPart = '', payloadPart = '', signaturePart = ''] = good().split('.');

let front: Front;
let logged: LogLine[];
const verifier = userPoolTokenVerifier({
  userPools: [userPool, otherUserPool],
  endpoint: null,
  fetcher: {
    fetch: (uri) => {
      const key = uri.startsWith(userPool.issuer) ? keyOfPool : keyOfPartners;
      const bytes = new TextEncoder().encode(JSON.stringify({ keys: [jwkOf(key)] }));
      return Promise.resolve(bytes.buffer);
    },
  },
});
const present = (authorization: string, changes: Parameters<typeof eventOf>[0] = {}) => {
  const log =
    (level: LogLine['level']) =>
    (message: string, fields: LogLine['fields']): void => {
      logged.push({ level, message, fields });
    };
  return createHandler(
    routes,
    { ...front.ports, verifier, clock: { nowEpochMillis: () => Date.now() } },
    { ...front.context, userPools: [userPool, otherUserPool] },
    { info: log('info'), error: log('error') },
  )(eventOf({ ...changes, headers: { Authorization: authorization } }));
};
const expectRefused = async (
  authorization: string,
  changes: Parameters<typeof eventOf>[0] = {},
): Promise<void> => {
  const result = await present(authorization, changes);
  expect(result.statusCode).toBe(401);
  expect(JSON.parse(result.body)).toEqual({
    type: 'https://stepkey.dev/problems/token-rejected',
    title: 'The token was not accepted',
    status: 401,
    detail: 'The presented token is missing, malformed, expired or not meant for this broker.',
    instance: 'request-1',
  });
  expect(front.table.denials).toMatchObject([{ subject: null, client: null, tokenId: null }]);
  expect(front.journal).toEqual(['record denial']);
  expect(logged).toHaveLength(1);
  for (const part of authorization.split('.')) {
    if (part.length > 8) expect(JSON.stringify(logged)).not.toContain(part);
  }
};

beforeEach(async () => {
  front = frontAtNoon();
  logged = [];
  await front.register();
});

describe('[SEC-01] a token that the pool signed', () => {
  it.each([
    ['raw', good()],
    ['as a bearer token', `Bearer ${good()}`],
  ])('is accepted %s', async (_, authorization) => {
    front.machine.failWith('Upstream.Unavailable');
    expect((await present(authorization)).statusCode).toBe(503);
    expect(front.table.denials).toEqual([]);
  });
});

describe('[SEC-01] a token is refused, recorded once and told nothing', () => {
  it.each<[string, string]>([
    ['signed with another key under the pool’s key id', signed(idClaimsOf(), keyOfStranger)],
    ['signed with the key of another configured pool', signed(idClaimsOf(), keyOfPartners)],
    [
      'signed with the key of another pool under the pool’s key id',
      signed(idClaimsOf(), { ...keyOfPartners, kid: keyOfPool.kid }),
    ],
    ['of an unknown key id', signed(idClaimsOf(), { ...keyOfPool, kid: 'unknown' })],
    ['of a key id that is a path', signed(idClaimsOf(), { ...keyOfPool, kid: '../../etc/passwd' })],
    ['with alg none and no signature', `${signInput({ alg: 'none' }, idPayload())}.`],
    [
      'with alg none, a key id and a signature',
      signText(signInput({ ...header, alg: 'none' }, idPayload()), keyOfPool.privateKey),
    ],
    [
      'with HS256 under the public key’s PEM',
      withHmac(keyOfPool.publicKey.export({ type: 'spki', format: 'pem' })),
    ],
    [
      'with HS256 under the public key’s DER',
      withHmac(keyOfPool.publicKey.export({ type: 'spki', format: 'der' })),
    ],
    ['with HS256 under the public key’s modulus', withHmac(String(jwkOf(keyOfPool)['n']))],
    ['with HS256 under nothing', withHmac('')],
    [
      'with RS512, truly signed',
      signText(
        signInput({ ...header, alg: 'RS512' }, idPayload()),
        keyOfPool.privateKey,
        'RSA-SHA512',
      ),
    ],
    ['that brings its key', signed(idClaimsOf(), keyOfStranger, { jwk: jwkOf(keyOfStranger) })],
    [
      'that brings its key, truly signed',
      signed(idClaimsOf(), keyOfPool, { jwk: jwkOf(keyOfPool) }),
    ],
    [
      'that names where its keys are',
      signed(idClaimsOf(), keyOfStranger, { jku: 'https://keys.example/jwks.json' }),
    ],
    ['that brings a certificate', signed(idClaimsOf(), keyOfStranger, { x5c: ['MIIB'] })],
    ['with a critical parameter', signed(idClaimsOf(), keyOfPool, { crit: ['exp'] })],
    ['without a signature', `${headerPart}.${payloadPart}`],
    ['with an empty signature', `${headerPart}.${payloadPart}.`],
    ['with a signature of zeros', `${headerPart}.${payloadPart}.${partOf(new Uint8Array(256))}`],
    ['with half a signature', `${headerPart}.${payloadPart}.${signaturePart.slice(0, 172)}`],
    [
      'with another’s payload under its signature',
      `${headerPart}.${partOf(idPayload({ sub: 'somebody-else' }))}.${signaturePart}`,
    ],
    ['with padding after its signature', `${good()}==`],
    ['with a fourth part', `${good()}.${signaturePart}`],
    ['twice', `Bearer ${good()},${good()}`],
    [
      'with a claim twice, truly signed',
      signText(
        signInput(header, idPayload().replace('{', '{"sub":"somebody-else",')),
        keyOfPool.privateKey,
      ),
    ],
    [
      'with a claim twice in two spellings, truly signed',
      signText(
        signInput(header, idPayload().replace('{', '{"s\\u0075b":"somebody-else",')),
        keyOfPool.privateKey,
      ),
    ],
    ['that ended a second ago', signed(idClaimsOf({ exp: noonEpochSeconds - 1 }))],
    ['without an end', signed(without(idClaimsOf(), 'exp'))],
    ['with an end in words', signed(idClaimsOf({ exp: 'tomorrow' }))],
    [
      'of longer life than Cognito gives',
      signed(idClaimsOf({ exp: noonEpochSeconds - 300 + 86_401 })),
    ],
    [
      'issued in the future',
      signed(idClaimsOf({ iat: noonEpochSeconds + 600, exp: noonEpochSeconds + 3600 })),
    ],
    ['that is not valid yet', signed(idClaimsOf({ nbf: noonEpochSeconds + 600 }))],
    ['for an app client that is not listed', signed(idClaimsOf({ aud: 'client-id-of-nobody' }))],
    ['for an app client of another pool', signed(idClaimsOf({ aud: 'client-id-of-portal' }))],
    ['for several audiences', signed(idClaimsOf({ aud: ['client-id-of-app'] }))],
    ['for no audience', signed(without(idClaimsOf(), 'aud'))],
    ['of an issuer that is not configured', signed(idClaimsOf({ iss: 'https://issuer.example' }))],
    ['that claims another configured issuer', signed(idClaimsOf({ iss: otherUserPool.issuer }))],
    ['of no issuer', signed(without(idClaimsOf(), 'iss'))],
    ['that is an access token', signed(accessClaimsOf())],
    ['of no use', signed(without(idClaimsOf(), 'token_use'))],
    ['of nobody', signed(without(idClaimsOf(), 'sub'))],
    ['of a subject with a blank', signed(idClaimsOf({ sub: 'a b' }))],
    ['with groups in one text', signed(idClaimsOf({ 'cognito:groups': 'readers' }))],
    ['that is no token', 'Bearer token'],
    ['of issuers in a list', signed(idClaimsOf({ iss: [userPool.issuer] }))],
    ['of a use in a list', signed(idClaimsOf({ token_use: ['id'] }))],
    ['of subjects in a list', signed(idClaimsOf({ sub: ['somebody'] }))],
    ['with ends in a list', signed(idClaimsOf({ exp: [noonEpochSeconds + 3300] }))],
    [
      'with a claim that is a prototype to some, truly signed',
      signText(
        signInput(header, idPayload().replace('{', '{"__proto__":{"sub":"somebody-else"},')),
        keyOfPool.privateKey,
      ),
    ],
    [
      'with a claim of a thousand lists within each other, truly signed',
      signText(
        signInput(header, idPayload().replace('{', `{"a":${'['.repeat(1000)}${']'.repeat(1000)},`)),
        keyOfPool.privateKey,
      ),
    ],
    ['of a megabyte, truly signed', signed(idClaimsOf({ name: 'x'.repeat(1_000_000) }))],
  ])('%s', async (_, authorization) => {
    await expectRefused(authorization);
  });

  const exchange = { resource: '/v1/exchange/credentials', path: '/v1/exchange/credentials' };
  it.each<[string, string]>([
    ['that is an ID token', good()],
    ['signed with another key under the pool’s key id', signed(accessClaimsOf(), keyOfStranger)],
    ['for a client that is not listed', signed(accessClaimsOf({ client_id: 'of-nobody' }))],
    [
      'for a client that is not listed, and an audience that is',
      signed(accessClaimsOf({ client_id: 'of-nobody', aud: idClaimsOf()['aud'] })),
    ],
    [
      'for clients in a list',
      signed(accessClaimsOf({ client_id: [accessClaimsOf()['client_id']] })),
    ],
    ['for no client', signed(without(accessClaimsOf(), 'client_id'))],
    ['of no use', signed(without(accessClaimsOf(), 'token_use'))],
  ])('at the access door: %s', async (_, authorization) => {
    await expectRefused(authorization, exchange);
  });
});
