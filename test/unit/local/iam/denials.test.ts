/** Whoever denies, the twin's log names the statement that did, or what kind of policy had none. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../../../local/aws.ts';
import { functionArn } from '../../../../local/services/lambda/service.ts';
import type { TwinServices } from '../../../../local/twin-services.ts';
import { bareTwinServices } from '../../../support/twin-services.ts';
import {
  allow,
  deny,
  policy,
  readerRole,
  roleArn,
  session,
  sessionArn,
} from './principals-for-tests.ts';

const lines: string[] = [];
let services: TwinServices;

beforeAll(async () => {
  services = await bareTwinServices((line) => {
    lines.push(line);
  });
  await services.s3.createBucket('files');
  await services.iam.putRole(readerRole);
});
afterAll(async () => {
  await services.stop();
});
beforeEach(() => {
  lines.length = 0;
});

const call = (principal: Principal, service: string, operation: string, input: object) =>
  services.call(
    service,
    operation,
    { ...input },
    {
      principal,
      requestId: 'request-1',
      sourceIp: '127.0.0.1',
    },
  );
const rule = { service: 'events.amazonaws.com', arn: 'arn:aws:events:us-east-1:1:rule/a' };

describe('a denied call leaves one line, which names', () => {
  it('the statement that denies', async () => {
    const principal = session({
      identityPolicies: [policy(allow('s3:*'), { ...deny('s3:DeleteObject'), Sid: 'KeepThem' })],
    });
    await expect(
      call(principal, 's3', 'DeleteObject', { Bucket: 'files', Key: 'a' }),
    ).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(lines).toEqual([
      `denied s3:DeleteObject on "arn:aws:s3:::files/a" for ${sessionArn}: denied by statement "KeepThem" of the identity policy (request request-1)`,
    ]);
  });

  it.each<[string, Partial<Principal>]>([
    ['identity-based policy', {}],
    ['permissions boundary', { permissionsBoundary: policy(allow('s3:GetObject')) }],
    ['session policy', { sessionPolicies: [policy(allow('s3:GetObject'))] }],
  ])('a missing leave of the %s', async (kind, changes) => {
    const identityPolicies = kind.startsWith('identity') ? [] : [policy(allow('s3:*'))];
    const principal = session({ identityPolicies, ...changes });
    await expect(
      call(principal, 's3', 'PutObject', { Bucket: 'files', Key: 'a', Body: Buffer.from('a') }),
    ).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(lines).toEqual([
      `denied s3:PutObject on "arn:aws:s3:::files/a" for ${sessionArn}: no ${kind} allows s3:PutObject (request request-1)`,
    ]);
  });

  it('the right to list, where that hides whether a key is there', async () => {
    const principal = session({ identityPolicies: [policy(allow('s3:GetObject'))] });
    await expect(
      call(principal, 's3', 'GetObject', { Bucket: 'files', Key: 'none' }),
    ).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(lines).toEqual([
      `denied s3:ListBucket on "arn:aws:s3:::files" for ${sessionArn}: no identity-based policy allows s3:ListBucket`,
    ]);
  });

  it('a trust policy that lets the service in by no statement', () => {
    expect(() =>
      services.sts.principalOfRole(roleArn, 'machine', { service: 'states.amazonaws.com' }),
    ).toThrow();
    expect(lines).toEqual([
      `denied sts:AssumeRole on "${roleArn}" for states.amazonaws.com: no trust policy allows sts:AssumeRole`,
    ]);
  });

  it('a function’s and a queue’s own policy that let a rule in by no statement', async () => {
    services.lambda.putFunction({
      name: 'work',
      arn: functionArn('work'),
      roleArn,
      taskRoot: '/',
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      timeoutSeconds: 3,
      memoryMegabytes: 128,
      environment: {},
      logGroup: '/aws/lambda/work',
    });
    await expect(services.lambda.invokeFrom(rule, 'work', '{}')).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    const { queueArn } = await services.sqs.putQueue({
      name: 'letters',
      settings: {
        VisibilityTimeout: 30,
        DelaySeconds: 0,
        MessageRetentionPeriod: 60,
        MaximumMessageSize: 1024,
        ReceiveMessageWaitTimeSeconds: 0,
      },
      encryption: {},
    });
    await expect(services.sqs.sendFrom(rule, queueArn, '{}')).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    const who = `${rule.service} (${rule.arn})`;
    expect(lines).toEqual([
      `denied lambda:InvokeFunction on "${functionArn('work')}" for ${who}: no trust policy allows lambda:InvokeFunction`,
      `denied sqs:SendMessage on "${queueArn}" for ${who}: no trust policy allows sqs:SendMessage`,
    ]);
  });
});
