import { describe, expect, it } from '@jest/globals';

import { authenticate } from '../../../../local/wire/authentication.ts';
import { decodeChunked } from '../../../../local/wire/aws-chunked.ts';
import { verifyChecksums } from '../../../../local/wire/body-checksum.ts';
import type { ReceivedRequest } from '../../../../local/wire/received-request.ts';
import { hmac, scopeText, sha256Hex, signingKey } from '../../../../local/wire/signature.ts';
import { session } from '../iam/principals-for-tests.ts';

/** The worked example of AWS's documentation, "Signature Calculations … Chunked Upload". */
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const seed = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';
const signatures = [
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
];
const chunk = (data: string, signature: string | undefined): string =>
  `${data.length.toString(16)};chunk-signature=${signature ?? ''}\r\n${data}\r\n`;
const first = 'a'.repeat(65_536);
const second = 'a'.repeat(1024);
const documented =
  chunk(first, signatures[0]) + chunk(second, signatures[1]) + chunk('', signatures[2]);

const request = (body: string): ReceivedRequest => ({
  method: 'PUT',
  path: '/examplebucket/chunkObject.txt',
  query: [],
  headers: new Map([
    ['host', 's3.amazonaws.com'],
    ['x-amz-date', '20130524T000000Z'],
    ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
    [
      'authorization',
      `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=${seed}`,
    ],
    ['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'],
    ['content-encoding', 'aws-chunked'],
    ['x-amz-decoded-content-length', '66560'],
    ['content-length', '66824'],
  ]),
  body: Buffer.from(body),
  sourceIp: '127.0.0.1',
});

const read = (body: string) =>
  authenticate(
    request(body),
    { service: 's3', region: 'us-east-1' },
    {
      principals: { resolve: () => Promise.resolve({ secretAccessKey, principal: session() }) },
      clock: { nowEpochMillis: () => Date.parse('2013-05-24T00:00:00Z') },
    },
  );

describe('AWS’s documented chunked upload', () => {
  it('is accepted, and its chunks joined', async () => {
    const { request: verified } = await read(documented);
    expect(verified.body.toString()).toBe(first + second);
  });

  it.each([
    ['a chunk’s byte', documented.replace('\r\naaa', '\r\nbaa'), 'AuthenticationFailure'],
    ['a chunk’s signature', documented.replace('ad80', 'ad81'), 'AuthenticationFailure'],
    ['the order', chunk(second, signatures[1]) + documented, 'AuthenticationFailure'],
    ['a missing signature', documented.replace(/;chunk.*/u, ''), 'AuthenticationFailure'],
    ['a missing end', documented.slice(0, -100), 'AwsError'],
    ['a length', documented.replace(/^10000/u, 'zzz'), 'AwsError'],
    ['nothing at all', '', 'AwsError'],
  ])('is refused with a change of %s', async (_part, body, name) => {
    await expect(read(body)).rejects.toMatchObject({ name });
  });
});

describe('trailers', () => {
  const scope = { date: '20130524', region: 'us-east-1', service: 's3' };
  const timestamp = '20130524T000000Z';
  const key = signingKey(secretAccessKey, scope);
  const signing = { key, scope, timestamp, seedSignature: seed };
  const next = (kind: string, previous: string, ...parts: string[]): string =>
    hmac(key, [kind, timestamp, scopeText(scope), previous, ...parts].join('\n')).toString('hex');

  const body = (trailer: string, signedTrailer = trailer): Buffer => {
    const empty = sha256Hex('');
    const one = next('AWS4-HMAC-SHA256-PAYLOAD', seed, empty, sha256Hex('abc'));
    const end = next('AWS4-HMAC-SHA256-PAYLOAD', one, empty, empty);
    const last = next('AWS4-HMAC-SHA256-TRAILER', end, sha256Hex(`${signedTrailer}\n`));
    return Buffer.from(
      `${chunk('abc', one)}0;chunk-signature=${end}\r\n${trailer}\r\nx-amz-trailer-signature:${last}\r\n\r\n`,
    );
  };

  it('are verified when signed', () => {
    const decoded = decodeChunked(body('x-amz-checksum-crc32:NSRBwg=='), signing, true);
    expect(decoded.body.toString()).toBe('abc');
    expect(decoded.trailers).toEqual(new Map([['x-amz-checksum-crc32', 'NSRBwg==']]));
    const forged = body('x-amz-checksum-crc32:AAAAAA==', 'x-amz-checksum-crc32:NSRBwg==');
    expect(() => decodeChunked(forged, signing, true)).toThrow(
      expect.objectContaining({ name: 'AuthenticationFailure' }),
    );
  });

  it('are read when nothing is signed', () => {
    const source = Buffer.from('3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n');
    const decoded = decodeChunked(source, null, true);
    expect(decoded.body.toString()).toBe('abc');
    expect(decoded.trailers.get('x-amz-checksum-crc32')).toBe('NSRBwg==');
  });
});

describe('a body’s checksum', () => {
  it.each([
    ['x-amz-checksum-crc32', 'y/Q5Jg=='],
    ['x-amz-checksum-crc32c', '4waSgw=='],
    ['x-amz-checksum-crc64nvme', 'rosUhgp5mIg='],
    ['x-amz-checksum-sha1', '98O8HYCOBHMq32eZZczDTKeuNEE='],
    ['x-amz-checksum-sha256', 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU='],
    ['content-md5', 'JfnnlDI7RTiF9RgfG2JNCw=='],
  ])('%s is compared', (name, expected) => {
    const headers = (value: string) => new Map([[name, value]]);
    const body = Buffer.from('123456789');
    expect(() => {
      verifyChecksums(body, headers(expected));
    }).not.toThrow();
    expect(() => {
      verifyChecksums(Buffer.from('123456780'), headers(expected));
    }).toThrow(expect.objectContaining({ code: 'BadDigest' }));
  });
});
