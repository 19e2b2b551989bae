import { describe, expect, it } from '@jest/globals';

import { AwsError } from '../../../../local/aws.ts';
import type { CallContext, Interceptor, Service } from '../../../../local/aws.ts';
import { createAwsCall } from '../../../../local/wire/dispatch.ts';
import { anonymousPrincipal } from '../../../../local/wire/principals.ts';
import { allow, policy, session } from '../iam/principals-for-tests.ts';

const bucket = 'arn:aws:s3:::bucket';

const createWorld = (interceptor?: Interceptor) => {
  const ran: string[] = [];
  const lines: string[] = [];
  const run = (name: string) => () => {
    ran.push(name);
    return Promise.resolve({ done: name });
  };
  const services: Service[] = [
    {
      name: 's3',
      operations: {
        Move: {
          authorize: ({ Key: key }) => [
            { action: 's3:GetObject', resource: `${bucket}/${String(key)}` },
            { action: 's3:DeleteObject', resource: `${bucket}/${String(key)}` },
          ],
          run: run('Move'),
        },
        Public: {
          authorize: () => [
            {
              action: 's3:GetObject',
              resource: `${bucket}/public`,
              resourcePolicy: policy({
                Effect: 'Allow',
                Principal: '*',
                Action: 's3:GetObject',
                Resource: '*',
                Condition: {
                  Bool: { 'aws:SecureTransport': 'true' },
                  IpAddress: { 'aws:SourceIp': '127.0.0.0/8' },
                  DateLessThan: { 'aws:CurrentTime': '2027-01-15T08:00:01Z' },
                },
              }),
            },
          ],
          run: run('Public'),
        },
      },
    },
    {
      name: 'kms',
      operations: {
        Open: { authorize: 'unsigned', run: run('Open') },
        Signed: { authorize: 'any-principal', run: run('Signed') },
      },
    },
  ];
  const call = createAwsCall(services, {
    log: (line) => lines.push(line),
    clock: { nowEpochMillis: () => 1_800_000_000_000 },
    ...(interceptor === undefined ? {} : { interceptor }),
  });
  const as = (principal: CallContext['principal']): CallContext => ({
    principal,
    requestId: 'r-1',
    sourceIp: '127.0.0.1',
  });
  return { call, as, ran, lines };
};

const mover = session({ identityPolicies: [policy(allow('s3:GetObject'))] });

describe('a call', () => {
  it('runs only when each of its requests is allowed', async () => {
    const { call, as, ran, lines } = createWorld();
    await expect(call('s3', 'Move', { Key: 'a\nb' }, as(mover))).rejects.toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('s3:DeleteObject'),
    });
    expect(ran).toEqual([]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
    const both = { ...mover, identityPolicies: [policy(allow('s3:*'))] };
    expect(await call('s3', 'Move', { Key: 'a' }, as(both))).toEqual({ done: 'Move' });
  });

  it('of the anonymous runs where the resource is open, or no signature is needed', async () => {
    const { call, as, lines } = createWorld();
    const anonymous = as(anonymousPrincipal);
    expect(await call('s3', 'Public', {}, anonymous)).toEqual({ done: 'Public' });
    expect(await call('kms', 'Open', {}, anonymous)).toEqual({ done: 'Open' });
    await expect(call('s3', 'Move', { Key: 'a' }, anonymous)).rejects.toMatchObject({
      message: 'Access Denied',
    });
    expect(lines).toHaveLength(1);
    await expect(call('kms', 'Signed', {}, anonymous)).rejects.toMatchObject({
      code: 'MissingAuthenticationTokenException',
      wireCode: 'MissingAuthenticationToken',
    });
  });

  it.each([
    ['kms', 'Absent'],
    ['kms', 'constructor'],
    ['absent', 'Open'],
  ])('to %s:%s answers 501 and its name', async (service, operation) => {
    const { call, as } = createWorld();
    await expect(call(service, operation, {}, as(mover))).rejects.toMatchObject({
      statusCode: 501,
      message: `${service}:${operation} is not emulated.`,
    });
  });

  it('can be failed by an interceptor after it was authorized and before it runs', async () => {
    const seen: string[] = [];
    const { call, as, ran } = createWorld(({ service, operation, principal }) => {
      seen.push(`${service}:${operation} ${principal.kind}`);
      throw new AwsError('ThrottlingException', 'Slow down');
    });
    await expect(call('s3', 'Move', { Key: 'a' }, as(mover))).rejects.toMatchObject({
      code: 'AccessDenied',
    });
    await expect(call('kms', 'Signed', {}, as(mover))).rejects.toMatchObject({
      code: 'ThrottlingException',
    });
    expect(seen).toEqual(['kms:Signed role-session']);
    expect(ran).toEqual([]);
  });
});
