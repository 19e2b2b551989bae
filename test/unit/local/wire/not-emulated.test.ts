import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startWireWorld } from './wire-world.ts';
import type { WireWorld } from './wire-world.ts';

let world: WireWorld;

beforeAll(async () => {
  world = await startWireWorld();
});

afterAll(async () => {
  await world.stop();
});

const signedFor = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=AKIA/20270115/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;

const ask = async (path: string, init: RequestInit) => {
  const response = await fetch(`${world.url}${path}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

const form = (action: string, service: string) =>
  ask('/', {
    method: 'POST',
    headers: { authorization: signedFor(service), 'x-amz-date': '20270115T080000Z' },
    body: new URLSearchParams({ Action: action, Version: '2010-05-08' }),
  });

describe('a call to a service that the twin does not have', () => {
  it('answers 501 with the operation’s name in the query protocol', async () => {
    const { status, text } = await form('ListTopics', 'sns');
    expect(status).toBe(501);
    expect(text).toContain('<Code>NotImplemented</Code>');
    expect(text).toContain('<Message>sns:ListTopics is not emulated.</Message>');
  });

  it('repeats no action that is no name', async () => {
    const { status, text } = await form('<script>', 'sns');
    expect([status, text.includes('script')]).toEqual([501, false]);
  });

  it('answers 501 with the path where paths name operations', async () => {
    const { status, headers, text } = await ask('/restapis', {
      headers: { authorization: signedFor('apigateway') },
    });
    expect([status, headers.get('x-amzn-errortype')]).toEqual([501, 'NotImplemented']);
    expect(JSON.parse(text)).toMatchObject({
      message: 'apigateway:GET /restapis is not emulated.',
    });
  });

  it('stays a matter of the signature where the twin has the service', async () => {
    const { status, text } = await form('GetCallerIdentity', 's3');
    expect([status, text.includes('<Code>SignatureDoesNotMatch</Code>')]).toEqual([403, true]);
  });
});

describe('Signature Version 2', () => {
  it.each([
    ['in the query', '/bucket/key?AWSAccessKeyId=AKIA&Expires=1800000000&Signature=x', {}],
    ['in the header', '/bucket/key', { authorization: 'AWS AKIA:x' }],
  ])('is refused by S3 as a mechanism, %s', async (_case, path, headers) => {
    const { status, text } = await ask(path, { headers });
    expect(status).toBe(400);
    expect(text).toContain('<Code>InvalidRequest</Code>');
    expect(text).toContain('Please use AWS4-HMAC-SHA256.');
  });
});
