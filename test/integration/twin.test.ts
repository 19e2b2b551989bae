import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runDemo, requireAsExpected } from '../../local/demo-story.ts';
import type { Twin } from '../../local/twin.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';

let twin: Twin;
const minted: string[] = [];

beforeAll(async () => {
  twin = await startDemoTwin({
    interceptor: ({ operation }) => {
      if (operation === 'AssumeRoleWithWebIdentity') minted.push(operation);
    },
  });
}, 120_000);
afterAll(() => twin.stop());

describe('the twin', () => {
  it('listens on the loopback only and names everything that scripts rely on', () => {
    const { endpoints } = twin;
    expect(endpoints.api).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(endpoints.aws).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(Object.keys(endpoints).sort()).toEqual(
      [
        'accountId',
        'adminCredentials',
        'api',
        'aws',
        'bucket',
        'clients',
        'console',
        'developerProvider',
        'identityPoolId',
        'issuer',
        'ledgerBucket',
        'pid',
        'region',
        'signingKeysFile',
        'stateMachines',
        'table',
        'tokenEndpoint',
        'userPoolId',
      ].sort(),
    );
    expect(endpoints.clients.cli).toEqual({ clientId: expect.any(String) });
    expect(endpoints.clients.app).toEqual({
      clientId: expect.any(String),
      clientSecret: expect.any(String),
    });
    expect(endpoints.clients.batch.scopes).toEqual(['stepkey/act-as']);
  });

  it('shows the main path: credentials, one prefix, the cache, the steps and no secret', async () => {
    const report = await runDemo(twin.endpoints);
    expect(() => {
      requireAsExpected(report);
    }).not.toThrow();
    expect(minted).toHaveLength(1);
  });

  it('gives the functions nothing that their roles do not allow', async () => {
    const { endpoints } = twin;
    await expect(
      twin.call('s3', 'GetObject', { Bucket: endpoints.bucket, Key: 'nothing-here' }),
    ).rejects.toMatchObject({ code: 'NoSuchKey' });
    const log = await twin.readLog('/aws/lambda/stepkey-api');
    expect(log.some(({ message }) => message.includes('AccessDenied'))).toBe(false);
  });

  it('answers unknown paths and methods with problem documents', async () => {
    const unknown = await fetch(`${twin.endpoints.api}/v1/nowhere`);
    expect([unknown.status, unknown.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json',
    ]);
    const wrong = await fetch(`${twin.endpoints.api}/v1/credentials`, { method: 'PATCH' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
  });
});
