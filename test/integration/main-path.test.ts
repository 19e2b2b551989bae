import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Twin } from '../../local/twin.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { callApi } from '../support/twin/api.ts';
import { signIn } from '../support/twin/people.ts';
import { stepsOf } from '../support/twin/steps.ts';

const coldMint = [
  'IsAfterIdle',
  'WarmExchange',
  'ValidateToken',
  'IsActing',
  'MapRole',
  'ResolveIdentity',
  'WeighRevocation',
  'IsAllowed',
  'LookUpCredentials',
  'IsEntryFresh',
  'TakeLease',
  'TakeQuota',
  'AwaitPaidSecond',
  'NeedsRegistration',
  'RegisterIdentity',
  'IsIdentityAsked',
  'TakeQuota',
  'AwaitPaidSecond',
  'NeedsRegistration',
  'RecordIntent',
  'ObtainOpenIdToken',
  'AssumeMappedRole',
  'RecordSession',
  'RecordIssuance',
  'IsMinted',
  'CacheCredentials',
  'ConfirmNotRevoked',
  'IsUnchanged',
  'Issued',
];

/** A call that came after its second is paid for once more (ADR 13): on a busy machine that happens. */
const paidOnce = (steps: readonly string[]): readonly string[] => {
  const again = steps.indexOf('IsQuotaAttemptLeft');
  if (again === -1) return steps;
  const call = steps[again - 1] ?? '';
  return paidOnce([...steps.slice(0, again), ...steps.slice(steps.indexOf(call, again) + 1)]);
};

interface Wire {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: string;
}

describe('the main path, on the twin', () => {
  let twin: Twin;
  beforeAll(async () => {
    twin = await startDemoTwin();
  });
  afterAll(async () => {
    await twin.stop();
  });

  it('mints on the first request, through every state, and serves the second from the cache [SEC-06]', async () => {
    const { idToken } = await signIn(twin, 'alice', 'app');
    const first = await callApi(twin, 'POST', '/v1/credentials', { token: idToken });
    expect(first.body).toMatchObject({ grant: 'own-files', source: 'minted' });
    expect(first.status).toBe(200);
    expect(first.headers.get('cache-control')).toBe('no-store');
    const { executionArn } = first.body as { executionArn: string };
    expect(paidOnce(await stepsOf(twin, executionArn))).toEqual(coldMint);

    const second = await callApi(twin, 'POST', '/v1/credentials', { token: idToken, body: {} });
    expect(second.body).toMatchObject({
      source: 'cache',
      sessionId: first.body['sessionId'],
      credentials: first.body['credentials'],
    });
    expect(second.body['issuanceId']).not.toBe(first.body['issuanceId']);
    expect((second.body['credentials'] as Wire).expiration).toMatch(/T\d\d:\d\d:\d\dZ$/);
  });

  it('gives credentials that reach the own prefix and no other', async () => {
    const { idToken } = await signIn(twin, 'alice');
    const { body } = await callApi(twin, 'POST', '/v1/credentials', { token: idToken });
    const { credentials, identityId } = body as { credentials: Wire; identityId: string };
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const shared = {
      region: twin.endpoints.region,
      endpoint: twin.endpoints.aws,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
    };
    const s3 = new S3Client({ ...shared, forcePathStyle: true });
    const own = { Bucket: twin.endpoints.bucket, Key: `private/${identityId}/note.txt` };
    await s3.send(new PutObjectCommand({ ...own, Body: 'mine' }));
    const read = await s3.send(new GetObjectCommand(own));
    expect(await read.Body?.transformToString()).toBe('mine');
    const other = { ...own, Key: 'private/us-east-1:00000000-0000-0000-0000-000000000000/x' };
    await expect(s3.send(new GetObjectCommand(other))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    const who = await new STSClient(shared).send(new GetCallerIdentityCommand({}));
    expect(who.Arn).toBe(body['assumedRoleArn']);
  });

  it('answers the container path in the shape that SDKs read', async () => {
    const { idToken } = await signIn(twin, 'alice');
    const path = '/v1/container-credentials/own-files';
    const { status, body } = await callApi(twin, 'GET', path, { token: idToken });
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual([
      'AccessKeyId',
      'Expiration',
      'SecretAccessKey',
      'Token',
    ]);
  });

  it('registers an identity once, whoever asks first, and keeps it [SEC-05]', async () => {
    const { idToken } = await signIn(twin, 'frank');
    const first = await callApi(twin, 'GET', '/v1/identity', { token: idToken });
    expect(first.status).toBe(200);
    expect((await stepsOf(twin)).at(-1)).toBe('IdentityResolved');
    const second = await callApi(twin, 'GET', '/v1/identity', { token: idToken });
    expect(second.body).toEqual(first.body);
  });

  it('explains a decision without minting', async () => {
    const { idToken } = await signIn(twin, 'bob');
    const { body } = await callApi(twin, 'POST', '/v1/decisions', {
      token: idToken,
      body: { grant: 'own-files' },
    });
    expect(body).toMatchObject({ outcome: 'allowed', grant: 'own-files', identityId: null });
    expect(body['sessionPolicy']).toContain('private/{{identityId}}/*');
    expect(body['trace']).toBeUndefined();
  });

  it('shows auditors every rule that was tried', async () => {
    const { idToken } = await signIn(twin, 'audrey');
    const { body } = await callApi(twin, 'POST', '/v1/decisions', { token: idToken });
    expect(body).toMatchObject({ outcome: 'refused', error: 'Grant.Refused' });
    expect(body['trace']).toHaveLength(5);
  });

  it('takes the role from the token when the caller names one of several', async () => {
    const { idToken } = await signIn(twin, 'carol');
    const unnamed = await callApi(twin, 'POST', '/v1/credentials', { token: idToken });
    expect(unnamed.status).toBe(409);
    const { choices } = unnamed.body as { choices: string[] };
    expect(choices).toHaveLength(2);
    const named = await callApi(twin, 'POST', '/v1/credentials', {
      token: idToken,
      body: { roleArn: choices[0] },
    });
    expect(named.body).toMatchObject({ grant: 'by-role', roleArn: choices[0] });
  });

  it('answers health without a token', async () => {
    const { status, body } = await callApi(twin, 'GET', '/v1/health');
    expect({ status, body }).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
});
