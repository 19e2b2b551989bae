import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import type { Credentials } from '@aws-sdk/client-sts';

import {
  identityId,
  mappedRole,
  mappedRoleArn,
  pool,
  tagsClaim,
} from '../unit/local/sts/sts-world.ts';
import { admin, startWireWorld } from '../unit/local/wire/wire-world.ts';
import type { WireWorld } from '../unit/local/wire/wire-world.ts';
import { allow, policy } from '../unit/local/iam/principals-for-tests.ts';

let world: WireWorld;
let client: STSClient;

beforeAll(async () => {
  world = await startWireWorld();
  client = new STSClient(world.clientConfig);
});

afterAll(async () => {
  client.destroy();
  await world.stop();
});

const freshToken = (changes: Record<string, unknown> = {}): Promise<string> => {
  const now = Math.floor(world.time.epochMillis / 1000);
  return world.token({ iat: now, exp: now + 120, ...changes });
};

const assume = async (changes: Partial<AssumeRoleWithWebIdentityCommand['input']> = {}) =>
  client.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: mappedRoleArn,
      RoleSessionName: 'alice',
      WebIdentityToken: await freshToken(),
      ...changes,
    }),
  );

const sessionClient = ({ AccessKeyId, SecretAccessKey, SessionToken }: Credentials) =>
  new STSClient({
    ...world.clientConfig,
    credentials: {
      accessKeyId: AccessKeyId ?? '',
      secretAccessKey: SecretAccessKey ?? '',
      sessionToken: SessionToken ?? '',
    },
  });

const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

describe('the AWS SDK against the twin’s STS', () => {
  it('assumes a role with a web identity, without a signature', async () => {
    const unsigned = new STSClient(world.unsignedConfig);
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: mappedRoleArn,
      RoleSessionName: 'alice',
      WebIdentityToken: await freshToken(),
      DurationSeconds: 900,
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
      }),
    });
    const answer = await unsigned.send(command);
    expect(answer).toMatchObject({
      Audience: pool,
      Provider: 'cognito-identity.amazonaws.com',
      SubjectFromWebIdentityToken: identityId,
      PackedPolicySize: expect.any(Number),
      AssumedRoleUser: {
        Arn: 'arn:aws:sts::123456789012:assumed-role/stepkey-own-files/alice',
        AssumedRoleId: 'AROAMAPPEDROLE:alice',
      },
    });
    const expiresIn = (answer.Credentials?.Expiration?.getTime() ?? 0) - world.time.epochMillis;
    expect(Math.abs(expiresIn - 900_000)).toBeLessThan(1000);
  });

  it('gives credentials that GetCallerIdentity recognises', async () => {
    const { Credentials: credentials } = await assume();
    const caller = sessionClient(credentials ?? ({} as Credentials));
    expect(await caller.send(new GetCallerIdentityCommand({}))).toMatchObject({
      UserId: 'AROAMAPPEDROLE:alice',
      Account: '123456789012',
      Arn: 'arn:aws:sts::123456789012:assumed-role/stepkey-own-files/alice',
    });
  });

  it('tells the administrator who it is', async () => {
    const answer = await client.send(new GetCallerIdentityCommand({}));
    expect(answer.Arn).toBe('arn:aws:iam::123456789012:user/admin');
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['ExpiredTokenException', 400, { exp: 1_800_000_000 - 1e8 }],
    ['InvalidIdentityTokenException', 400, { iss: 'https://issuer.example' }],
    ['AccessDenied', 403, { aud: 'us-east-1:99999999-0000-4000-8000-000000000000' }],
    ['AccessDenied', 403, { amr: ['authenticated'] }],
    ['AccessDenied', 403, { [tagsClaim]: { principal_tags: { 'stepkey-grant': ['other'] } } }],
  ])('has %s (%i) for a token with %j', async (name, status, changes) => {
    const token = await freshToken(changes);
    expect(await errorOf(assume({ WebIdentityToken: token }))).toMatchObject({
      name,
      $fault: 'client',
      $metadata: { httpStatusCode: status },
    });
  });

  it.each([
    ['MalformedPolicyDocumentException', { Policy: '{' }],
    ['ValidationError', { DurationSeconds: 899 }],
    ['ValidationError', { RoleSessionName: 'us-east-1:guid' }],
    ['InvalidIdentityTokenException', { WebIdentityToken: 'garbage' }],
  ])('has %s for %j', async (name, changes) => {
    expect(await errorOf(assume(changes))).toMatchObject({ name });
  });

  it('assumes a role by signature where identity and trust allow it, with tags that need a leave', async () => {
    const arn = 'arn:aws:iam::123456789012:role/operator';
    const trust = (...actions: string[]) =>
      world.iam.putRole({
        ...mappedRole,
        arn,
        name: 'operator',
        trustPolicy: policy({
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::123456789012:root' },
          Action: actions,
        }),
      });
    const command = new AssumeRoleCommand({
      RoleArn: arn,
      RoleSessionName: 'oscar',
      Tags: [{ Key: 'team', Value: 'blue' }],
    });
    await trust('sts:AssumeRole');
    expect(await errorOf(client.send(command))).toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:iam::123456789012:user/admin is not authorized to perform: sts:TagSession on resource: ${arn} because no resource-based policy allows the sts:TagSession action`,
    });
    await trust('sts:AssumeRole', 'sts:TagSession');
    const { AssumedRoleUser: user, Credentials: credentials } = await client.send(command);
    expect(user?.Arn).toBe('arn:aws:sts::123456789012:assumed-role/operator/oscar');
    const chained = sessionClient(credentials ?? ({} as Credentials));
    expect(await errorOf(chained.send(command))).toMatchObject({ name: 'AccessDenied' });

    await world.iam.putRolePolicy('operator', 'chain', policy(allow('sts:*')));
    const again = (DurationSeconds: number) =>
      errorOf(chained.send(new AssumeRoleCommand({ ...command.input, DurationSeconds })));
    expect(await again(3600)).toBeNull();
    expect(await again(3601)).toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('role chaining'),
    });
  });

  it('answers 501 with its name for an operation that is not emulated', async () => {
    expect(await errorOf(client.send(new GetSessionTokenCommand({})))).toMatchObject({
      name: 'NotImplemented',
      message: 'sts:GetSessionToken is not emulated.',
      $metadata: { httpStatusCode: 501 },
    });
  });
});

describe('a signature is refused', () => {
  const ask = (credentials: {
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
  }) =>
    errorOf(
      new STSClient({ ...world.clientConfig, credentials }).send(new GetCallerIdentityCommand({})),
    );

  it('with a wrong secret, an unknown key, or another session’s token', async () => {
    expect(await ask({ ...admin, secretAccessKey: 'wrong' })).toMatchObject({
      name: 'SignatureDoesNotMatch',
      $metadata: { httpStatusCode: 403 },
    });
    expect(await ask({ ...admin, accessKeyId: 'AKIAUNKNOWNUNKNOWN11' })).toMatchObject({
      name: 'InvalidClientTokenId',
    });
    const [first, second] = [(await assume()).Credentials, (await assume()).Credentials];
    expect(
      await ask({
        accessKeyId: first?.AccessKeyId ?? '',
        secretAccessKey: first?.SecretAccessKey ?? '',
        sessionToken: second?.SessionToken ?? '',
      }),
    ).toMatchObject({ name: 'InvalidClientTokenId' });
  });

  it('when its session is over', async () => {
    const credentials = await world.sts.credentialsOfRole(mappedRoleArn, 'alice', -1);
    expect(await ask(credentials)).toMatchObject({ name: 'ExpiredToken' });
  });

  it('when there is none', async () => {
    const response = await fetch(world.url, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' }),
    });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('<Code>MissingAuthenticationToken</Code>');
  });
});
