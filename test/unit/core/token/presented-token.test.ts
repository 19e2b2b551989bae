import { describe, expect, it } from '@jest/globals';

import {
  tokenOfAuthorization,
  validateTokenShape,
} from '../../../../core/token/presented-token.ts';
import { refusalOf } from '../../../support/refusal.ts';
import { idClaimsOf, partOf, tokenHeader, tokenOf } from '../../../support/tokens.ts';

const header = partOf(JSON.stringify(tokenHeader));
const payload = partOf('{"sub":"a"}');
const signature = partOf(new Uint8Array(256).fill(7));
const withHeader = (changes: Record<string, unknown>) =>
  tokenOf(idClaimsOf(), { ...tokenHeader, ...changes });
const withHeaderText = (text: string | Uint8Array) => [partOf(text), payload, signature].join('.');
const withPayload = (content: string | Uint8Array) =>
  [header, partOf(content), signature].join('.');

/** The same bytes with the bits that base64url does not use set. */
const withStrayBits = (part: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return part.slice(0, -1) + (alphabet[alphabet.indexOf(part.at(-1) ?? '') + 1] ?? '');
};

/** Texts of which base64url has a `-` or a `_`, at each of the four places of a group. */
const everySign = ['>', '~', '?', 'o>', 'o?', '~~~', '???', ' >>>', ' ???']
  .map((sign) => `${sign} ${sign}x ${sign}xy`)
  .join('');

/** A payload part of exactly this many characters. */
const payloadOfLength = (characters: number): string => {
  const bytes = Math.floor((characters * 3) / 4);
  const part = partOf(JSON.stringify({ sub: 'a'.repeat(bytes - '{"sub":""}'.length) }));
  if (part.length !== characters) throw new TypeError(`no such part: ${String(part.length)}`);
  return part;
};

describe('[SEC-01] the shape of a presented token', () => {
  it.each([
    ['as Cognito spells it', tokenOf()],
    ['with a media type in its header', withHeader({ typ: 'JWT' })],
    ['with an empty payload object', withPayload('{}')],
    ['with objects nested eight deep', withPayload('{"a":'.repeat(7) + '{}' + '}'.repeat(7))],
    ['of two remaining characters', [header, payload, partOf('a')].join('.')],
    ['of three remaining characters', [header, payload, partOf('ab')].join('.')],
    ['with letters beyond ASCII', withPayload('{"name":"Zoë Ω 漢字"}')],
    ['with an alphabet’s every sign, in each place', withPayload(`{"a":"${everySign}"}`)],
    ['whose names differ beyond ASCII only', withPayload('{"ë":1,"è":2}')],
  ])('is accepted %s', (_, token) => {
    expect(() => {
      validateTokenShape(token);
    }).not.toThrow();
  });

  it.each<[string, string]>([
    ['nothing at all', ''],
    ['one part', header],
    ['two parts', `${header}.${payload}`],
    ['four parts', `${tokenOf()}.${payload}`],
    ['five parts, as an encrypted token has', `${header}.${payload}.${payload}.${payload}.AA`],
    ['an empty header', `.${payload}.${signature}`],
    ['an empty payload', `${header}..${signature}`],
    ['an empty signature', `${header}.${payload}.`],
    ['a blank before it', ` ${tokenOf()}`],
    ['a newline after it', `${tokenOf()}\n`],
    ['alg none', withHeader({ alg: 'none' })],
    ['alg in other case', withHeader({ alg: 'rs256' })],
    ['alg HS256', withHeader({ alg: 'HS256' })],
    ['alg RS512', withHeader({ alg: 'RS512' })],
    ['alg PS256', withHeader({ alg: 'PS256' })],
    ['alg in a list', withHeader({ alg: ['RS256'] })],
    ['no alg', tokenOf(idClaimsOf(), { kid: 'key-1' })],
    ['no kid', tokenOf(idClaimsOf(), { alg: 'RS256' })],
    ['a kid that is a number', withHeader({ kid: 1 })],
    ['a kid that is an object', withHeader({ kid: {} })],
    ['a key of its own', withHeader({ jwk: { kty: 'RSA' } })],
    ['an address of keys', withHeader({ jku: 'https://keys.example' })],
    ['a certificate chain', withHeader({ x5c: ['MIIB'] })],
    ['an address of a certificate', withHeader({ x5u: 'https://keys.example' })],
    ['a certificate thumbprint', withHeader({ x5t: 'AAAA' })],
    ['critical parameters', withHeader({ crit: ['exp'] })],
    ['an unencoded payload', withHeader({ b64: false })],
    ['a compressed payload', withHeader({ zip: 'DEF' })],
    ['a content type', withHeader({ cty: 'JWT' })],
    ['a parameter that nobody knows', withHeader({ extra: 1 })],
    ['a prototype in its header', withHeaderText('{"alg":"RS256","kid":"k","__proto__":{}}')],
    ['a padded header', [`${partOf('{"alg":"RS256","kid":"k"}')}=`, payload, signature].join('.')],
    ['a padded payload', [header, `${payload}=`, signature].join('.')],
    ['a padded signature', [header, payload, `${signature}==`].join('.')],
    ['stray bits ending the header', [withStrayBits(header), payload, signature].join('.')],
    ['stray bits ending the payload', [header, withStrayBits(payload), signature].join('.')],
    ['stray bits ending the signature', [header, payload, withStrayBits(signature)].join('.')],
    ['stray bits of two characters', [header, payload, withStrayBits(partOf('a'))].join('.')],
    ['stray bits of three characters', [header, payload, withStrayBits(partOf('ab'))].join('.')],
    ['a part of an impossible length', [header, payload, 'AAAAA'].join('.')],
    ['the alphabet of plain base64', [header, payload, 'ab+/'].join('.')],
    ['a blank within a part', [header, payload, 'AA AA'].join('.')],
    ['a character beyond ASCII', [header, payload, 'AAAé'].join('.')],
    ['a header that is a list', withHeaderText('["RS256"]')],
    ['a header that is null', withHeaderText('null')],
    ['a header that is not JSON', withHeaderText('alg=RS256')],
    ['a payload that is a list', withPayload('[]')],
    ['a payload that is a text', withPayload('"sub"')],
    ['a payload that is null', withPayload('null')],
    ['a payload that is a number', withPayload('1')],
    ['a payload that is not JSON', withPayload('{sub:1}')],
    ['JSON with something after it', withPayload('{}{}')],
    ['a key twice in the header', withHeaderText('{"alg":"none","alg":"RS256","kid":"k"}')],
    ['a claim twice', withPayload('{"sub":"a","sub":"b"}')],
    ['a claim twice in two spellings', withPayload('{"sub":"a","\\u0073ub":"b"}')],
    ['a claim twice within an object', withPayload('{"a":{"b":1,"b":2}}')],
    ['objects nested nine deep', withPayload('{"a":'.repeat(8) + '{}' + '}'.repeat(8))],
    ['lists nested nine deep', withPayload(`{"a":${'['.repeat(8)}${']'.repeat(8)}}`)],
    ['a byte order mark', withPayload('\ufeff{}')],
    ['invalid UTF-8', withPayload(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))],
    ['overlong UTF-8', withPayload(Buffer.from('7b22c0af223a317d', 'hex'))],
  ])('is refused with %s', (_, token) => {
    expect(
      refusalOf(() => {
        validateTokenShape(token);
      }).name,
    ).toBe('Token.Invalid');
  });

  it('may be 8 KiB long and no character longer', () => {
    const rest = `${header}..AAAA`.length;
    const fitting = `${header}.${payloadOfLength(8192 - rest)}.AAAA`;
    expect(fitting).toHaveLength(8192);
    expect(() => {
      validateTokenShape(fitting);
    }).not.toThrow();
    const longer = `${header}.${payloadOfLength(8191 - rest)}.AAAAAA`;
    expect(longer).toHaveLength(8193);
    expect(
      refusalOf(() => {
        validateTokenShape(longer);
      }).name,
    ).toBe('Token.Invalid');
  });

  it('has a `-` and a `_` for the test of them', () => {
    expect(partOf(`{"a":"${everySign}"}`)).toMatch(/^(?=.*-.*_)/);
  });

  it('says nothing of the token in its refusal', () => {
    const refusal = refusalOf(() => {
      validateTokenShape(withHeader({ alg: 'none-of-yours' }));
    });
    expect(refusal.cause).toBeUndefined();
    expect(refusal.message).not.toContain('none-of-yours');
  });
});

describe('the token of an Authorization header', () => {
  it.each([
    ['raw', 'a.b.c'],
    ['after Bearer', 'Bearer a.b.c'],
    ['after bearer in lower case', 'bearer a.b.c'],
    ['after Bearer and several blanks', 'Bearer   a.b.c'],
    ['with blanks around it', '  Bearer a.b.c  '],
  ])('is taken %s', (_, value) => {
    expect(tokenOfAuthorization(value)).toBe('a.b.c');
  });

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['blank', '   '],
    ['of another scheme', 'Basic a.b.c'],
    ['two tokens', 'Bearer a.b.c d.e.f'],
    ['a list of tokens', 'Bearer a.b.c, d.e.f'],
    ['Bearer twice', 'Bearer Bearer a.b.c'],
    ['Bearer and a tab', 'Bearer\ta.b.c'],
    ['two lines', 'a.b.c\r\nd.e.f'],
  ])('is refused when it is %s', (_, value) => {
    expect(refusalOf(() => tokenOfAuthorization(value)).name).toBe('Token.Invalid');
  });
});
