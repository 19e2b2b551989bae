import { request as httpRequest } from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';

import { createMemoryS3, lambda } from './echo-services.ts';
import { startWireWorld } from './wire-world.ts';
import type { WireWorld } from './wire-world.ts';

interface HttpRequest {
  method: string;
  protocol: string;
  hostname: string;
  port: number;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body?: string;
}

interface Signer {
  presign: (request: HttpRequest, options: object) => Promise<HttpRequest>;
  sign: (request: HttpRequest, options: object) => Promise<HttpRequest>;
}

let world: WireWorld;

beforeAll(async () => {
  world = await startWireWorld([createMemoryS3(), lambda]);
});

afterAll(async () => {
  await world.stop();
});

/** What the SDK signs its own calls with. */
const signerOf = (client: unknown): Promise<Signer> => {
  const { config } = client as { config: { signer: () => Promise<Signer> } };
  return config.signer();
};

const requestFor = (method: string, path: string, more: Partial<HttpRequest> = {}): HttpRequest => {
  const { hostname, port, host } = new URL(world.url);
  return {
    method,
    protocol: 'http:',
    hostname,
    port: Number(port),
    path,
    query: {},
    ...more,
    headers: { host, ...more.headers },
  };
};

/** Sends the path as it was signed: `fetch` would tidy it first. */
const send = (signed: HttpRequest) =>
  new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      const query = new URLSearchParams(signed.query).toString();
      const { method, headers } = signed;
      const path = query === '' ? signed.path : `${signed.path}?${query}`;
      const outgoing = httpRequest(world.url, { method, path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(signed.body);
    },
  );

describe('a presigned S3 URL', () => {
  const presign = async (method: string, path: string, expiresIn = 60): Promise<HttpRequest> => {
    const signer = await signerOf(new S3Client({ ...world.clientConfig, forcePathStyle: true }));
    const options = { expiresIn, signingService: 's3', signingRegion: 'us-east-1' };
    // The SDK's presigner of S3 asks for an unsigned body in this way.
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    return signer.presign(requestFor(method, path, { headers }), options);
  };

  it('puts and gets without further headers, `:` encoded or not', async () => {
    const put = await presign('PUT', '/bucket/us-east-1%3Aguid/file');
    expect((await send({ ...put, body: 'hello' })).status).toBe(200);
    const get = await presign('GET', '/bucket/us-east-1%3Aguid/file');
    expect((await send(get)).text).toBe('hello');
    expect((await send({ ...get, path: '/bucket/us-east-1:guid/file' })).text).toBe('hello');
  });

  it('is good for its method, path, parameters and time only', async () => {
    const get = await presign('GET', '/bucket/us-east-1%3Aguid/file');
    const mismatch = { status: 403, text: expect.stringContaining('SignatureDoesNotMatch') };
    expect(await send({ ...get, method: 'DELETE' })).toMatchObject(mismatch);
    expect(await send({ ...get, path: '/bucket/other' })).toMatchObject(mismatch);
    const longer = { ...get.query, 'X-Amz-Expires': '600' };
    expect(await send({ ...get, query: longer })).toMatchObject(mismatch);
    const now = world.time.epochMillis;
    world.time.epochMillis = now + 62_000;
    expect(await send(get)).toMatchObject({
      status: 403,
      text: expect.stringContaining('<Message>Request has expired</Message>'),
    });
    world.time.epochMillis = now;
  });

  it('lives a week at most', async () => {
    const get = await presign('GET', '/bucket/x');
    const query = { ...get.query, 'X-Amz-Expires': '604801' };
    expect((await send({ ...get, query })).text).toContain('AuthorizationHeaderMalformed');
  });
});

describe('a presigned GetCallerIdentity', () => {
  it('tells who signed it, until it expires', async () => {
    const signer = await signerOf(new STSClient(world.clientConfig));
    const query = { Action: 'GetCallerIdentity', Version: '2011-06-15' };
    const options = { expiresIn: 60, signingService: 'sts', signingRegion: 'us-east-1' };
    const signed = await signer.presign(requestFor('GET', '/', { query }), options);
    expect((await send(signed)).text).toContain('<Arn>arn:aws:iam::123456789012:user/admin</Arn>');
    const now = world.time.epochMillis;
    world.time.epochMillis = now + 62_000;
    expect((await send(signed)).text).toContain('<Code>RequestExpired</Code>');
    world.time.epochMillis = now;
  });
});

describe('a signature for another service or Region', () => {
  it.each([
    ['kms', 'us-east-1'],
    ['lambda', 'eu-west-1'],
  ])('%s in %s is refused, although it is sound', async (signingService, signingRegion) => {
    const signer = await signerOf(new STSClient(world.clientConfig));
    const path = '/2015-03-31/functions/decide/invocations';
    const options = { signingService, signingRegion };
    const signed = await signer.sign(requestFor('POST', path, { body: '{}' }), options);
    expect(await send(signed)).toMatchObject({
      status: 403,
      text: expect.stringContaining('Credential should be scoped to service'),
    });
  });
});

describe('an S3 body in unsigned chunks', () => {
  const put = async (trailer: string) => {
    const signer = await signerOf(new S3Client({ ...world.clientConfig, forcePathStyle: true }));
    const headers = {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '3',
      'x-amz-meta-colour': 'blue',
      'content-encoding': 'aws-chunked',
    };
    const body = `3\r\nabc\r\n0\r\n${trailer}\r\n\r\n`;
    const options = { signingService: 's3', signingRegion: 'us-east-1' };
    const signed = await signer.sign(
      requestFor('PUT', '/bucket/chunked', { headers, body }),
      options,
    );
    return send(signed);
  };

  it('is checked against its trailer', async () => {
    expect((await put('x-amz-checksum-crc32:NSRBwg==')).status).toBe(200);
    expect((await put('x-amz-checksum-crc32:AAAAAA==')).text).toContain('<Code>BadDigest</Code>');
  });

  it('cannot change a signed header by its trailer', async () => {
    expect((await put('x-amz-meta-colour:red')).status).toBe(200);
    const signer = await signerOf(new S3Client({ ...world.clientConfig, forcePathStyle: true }));
    const options = { signingService: 's3', signingRegion: 'us-east-1' };
    const got = await send(await signer.sign(requestFor('GET', '/bucket/chunked'), options));
    expect(got.headers['x-amz-meta-colour']).toBe('blue');
  });
});

describe('Lambda’s Invoke on the wire', () => {
  const invoke = async (name: string, headers: Record<string, string> = {}) => {
    const signer = await signerOf(new STSClient(world.clientConfig));
    const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
    const request = requestFor('POST', path, { body: '{"a":1}', headers });
    const options = { signingService: 'lambda', signingRegion: 'us-east-1' };
    return send(await signer.sign(request, options));
  };

  it('hands over name, type and payload, with a name that is an ARN signed twice encoded', async () => {
    const answer = await invoke('arn:aws:lambda:us-east-1:123456789012:function:decide');
    expect(answer).toMatchObject({
      status: 200,
      text: '{"a":1}',
      headers: { 'x-amz-executed-version': '$LATEST' },
    });
    expect(await invoke('decide', { 'x-amz-invocation-type': 'Event' })).toMatchObject({
      status: 202,
    });
  });

  it('says that the function failed in a header', async () => {
    expect((await invoke('failing')).headers['x-amz-function-error']).toBe('Unhandled');
  });
});
