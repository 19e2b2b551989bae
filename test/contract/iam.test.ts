import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AttachRolePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';

import { newManagedPolicy } from '../../local/iam/managed-policies.ts';
import type { PolicyDocument, PolicyStatement } from '../../local/iam/policy.ts';
import { createIamService } from '../../local/services/iam/service.ts';
import { allow, deny, policy } from '../unit/local/iam/principals-for-tests.ts';
import { mappedRole, mappedRoleArn } from '../unit/local/sts/sts-world.ts';
import { startWireWorld } from '../unit/local/wire/wire-world.ts';
import type { WireWorld } from '../unit/local/wire/wire-world.ts';

// One file, though long: its stories share one endpoint.

const PolicyArn = 'arn:aws:iam::123456789012:policy/stepkey/revocations';
const RoleName = mappedRole.name;
const text = (...statements: readonly PolicyStatement[]): string =>
  JSON.stringify(policy(...statements));
const read = (document: string | undefined): PolicyDocument =>
  JSON.parse(decodeURIComponent(document ?? '')) as PolicyDocument;

let world: WireWorld;
let iam: IAMClient;

beforeAll(async () => {
  world = await startWireWorld([], { servicesWith: (made) => [createIamService(made)] });
  iam = new IAMClient(world.clientConfig);
});

beforeEach(async () => {
  await world.iam.putRole({
    ...mappedRole,
    inlinePolicies: { own: policy(allow('iam:GetRole', mappedRoleArn)) },
  });
  await world.iam.putManagedPolicy(newManagedPolicy(PolicyArn, policy(allow('none:None')), 0));
});

afterAll(async () => {
  iam.destroy();
  await world.stop();
});

/** A client with a new session of the mapped role, made from a web identity. */
const sessionClient = async (): Promise<IAMClient> => {
  const sts = new STSClient(world.unsignedConfig);
  const now = Math.floor(world.time.epochMillis / 1000);
  const { Credentials } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: mappedRoleArn,
      RoleSessionName: 'alice',
      WebIdentityToken: await world.token({ iat: now, exp: now + 120 }),
    }),
  );
  sts.destroy();
  return new IAMClient({
    ...world.clientConfig,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    },
  });
};
const getRole = (client: IAMClient) => client.send(new GetRoleCommand({ RoleName }));
const newVersion = (document: string, SetAsDefault = true) =>
  iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: document, SetAsDefault }));
const attach = () => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));

describe('a policy that is written at run time', () => {
  const revoking = (Condition: PolicyStatement['Condition'] = {}): string =>
    text({ Effect: 'Deny', Action: '*', Resource: '*', Condition });

  it('hits sessions that live already, from the next call on', async () => {
    await attach();
    const session = await sessionClient();
    await expect(getRole(session)).resolves.toHaveProperty('Role.RoleName', RoleName);
    await newVersion(revoking());
    await expect(getRole(session)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('with an explicit deny in an identity-based policy'),
      $metadata: { httpStatusCode: 403 },
    });
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    await expect(getRole(session)).resolves.toBeDefined();
  });

  it('does not count before it is the default version', async () => {
    await attach();
    const session = await sessionClient();
    await newVersion(revoking(), false);
    await expect(getRole(session)).resolves.toBeDefined();
  });

  it('cuts off the sessions that were made before an instant, and no later one', async () => {
    await attach();
    const older = await sessionClient();
    world.time.epochMillis += 2_000;
    const cutOff = new Date(world.time.epochMillis - 1_000).toISOString();
    await newVersion(revoking({ DateLessThan: { 'aws:TokenIssueTime': cutOff } }));
    await expect(getRole(older)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(getRole(await sessionClient())).resolves.toBeDefined();
  });

  it.each([
    ['users:alice', 'AccessDenied'],
    ['users:bob', null],
  ])('cuts off the sessions that have the tag of %s', async (subject, refusal) => {
    await attach();
    const session = await sessionClient();
    const tag = { 'aws:PrincipalTag/stepkey-subject': subject };
    await newVersion(revoking({ StringEquals: tag }));
    const outcome = await getRole(session).then(
      () => null,
      (error: unknown) => (error as Error).name,
    );
    expect(outcome).toBe(refusal);
  });

  it('may be one of the role itself', async () => {
    const session = await sessionClient();
    const PolicyName = 'AWSRevokeOlderSessions';
    const put = { RoleName, PolicyName, PolicyDocument: revoking() };
    await iam.send(new PutRolePolicyCommand(put));
    await expect(getRole(session)).rejects.toMatchObject({ name: 'AccessDenied' });
    const kept = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    expect(read(kept.PolicyDocument)).toEqual(JSON.parse(revoking()));
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    await expect(getRole(session)).resolves.toBeDefined();
  });

  it('no longer counts once it is detached', async () => {
    await attach();
    await newVersion(revoking());
    const session = await sessionClient();
    await expect(getRole(session)).rejects.toMatchObject({ name: 'AccessDenied' });
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await expect(getRole(session)).resolves.toBeDefined();
  });
});

describe('managed policies', () => {
  it('have at most five versions, and keep the numbers of those that are gone', async () => {
    for (const name of ['b', 'c', 'd', 'e']) await newVersion(text(allow(`none:${name}`)));
    await expect(newVersion(text(allow('none:f')))).rejects.toMatchObject({
      name: 'LimitExceededException',
      $metadata: { httpStatusCode: 409 },
    });
    await expect(
      iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v5' })),
    ).rejects.toMatchObject({ name: 'DeleteConflictException' });
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
    const made = await newVersion(text(allow('none:f')));
    expect(made.PolicyVersion).toMatchObject({ VersionId: 'v6', IsDefaultVersion: true });
    const first = await iam.send(new ListPolicyVersionsCommand({ PolicyArn, MaxItems: 3 }));
    const ids = (list: typeof first) => list.Versions?.map(({ VersionId }) => VersionId);
    expect(ids(first)).toEqual(['v6', 'v5', 'v4']);
    expect(first.IsTruncated).toBe(true);
    const rest = await iam.send(new ListPolicyVersionsCommand({ PolicyArn, Marker: first.Marker }));
    expect([ids(rest), rest.IsTruncated]).toEqual([['v3', 'v1'], false]);
  });

  it('answer with their dates, uses and documents', async () => {
    await attach();
    await newVersion(text(deny('s3:*', "arn:aws:s3:::it's*")));
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    expect(Policy).toMatchObject({
      PolicyName: 'revocations',
      Path: '/stepkey/',
      Arn: PolicyArn,
      DefaultVersionId: 'v2',
      AttachmentCount: 1,
      PermissionsBoundaryUsageCount: 0,
      CreateDate: new Date(0),
    });
    const version = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
    expect(version.PolicyVersion?.Document).toMatch(/^[\w%.~-]+$/u);
    expect(read(version.PolicyVersion?.Document)).toEqual(
      policy(deny('s3:*', "arn:aws:s3:::it's*")),
    );
  });

  it.each([
    ['up to 6,144 characters, white space not counted', 6_144, null],
    ['no more than that', 6_145, 'LimitExceededException'],
  ])('have %s', async (_case, size, refusal) => {
    const document = policy({ ...allow('none:None'), Sid: '' });
    const padding = size - JSON.stringify(document).length;
    const sized = { ...document, Statement: [{ ...allow('none:None'), Sid: 'x'.repeat(padding) }] };
    const outcome = await newVersion(JSON.stringify(sized, null, 4)).then(
      () => null,
      (error: unknown) => (error as Error).name,
    );
    expect(outcome).toBe(refusal);
  });

  it.each([
    ['that is not JSON', '{'],
    ['with a principal', text({ ...allow('s3:*'), Principal: '*' })],
    ['with an operator that does not exist', text({ ...allow('s3:*'), Condition: { Like: {} } })],
  ])('refuse a document %s', async (_case, document) => {
    await expect(newVersion(document)).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
  });
});

describe('roles', () => {
  it('answer with their trust policy, tags and policies', async () => {
    await attach();
    const { Role } = await getRole(iam);
    expect(Role).toMatchObject({ Arn: mappedRoleArn, Path: '/stepkey/', MaxSessionDuration: 7200 });
    expect(Role?.Tags).toContainEqual({ Key: 'team', Value: 'role' });
    expect(read(Role?.AssumeRolePolicyDocument)).toEqual(mappedRole.trustPolicy);
    const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    expect(attached.AttachedPolicies).toEqual([{ PolicyName: 'revocations', PolicyArn }]);
  });

  it.each([
    ['GetRole', new GetRoleCommand({ RoleName: 'absent' })],
    ['GetPolicy', new GetPolicyCommand({ PolicyArn: `${PolicyArn}-absent` })],
    ['GetPolicyVersion', new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v9' })],
    [
      'AttachRolePolicy',
      new AttachRolePolicyCommand({ RoleName, PolicyArn: `${PolicyArn}-absent` }),
    ],
    ['DetachRolePolicy', new DetachRolePolicyCommand({ RoleName, PolicyArn })],
    ['GetRolePolicy', new GetRolePolicyCommand({ RoleName, PolicyName: 'absent' })],
  ])('%s of what is not there is NoSuchEntity', async (_operation, command) => {
    await expect(iam.send(command as GetRoleCommand)).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('hold inline policies of 10,240 characters together', async () => {
    const put = (PolicyName: string, length: number) =>
      iam.send(
        new PutRolePolicyCommand({
          RoleName,
          PolicyName,
          PolicyDocument: text({ ...allow('none:None'), Sid: 'x'.repeat(length) }),
        }),
      );
    await put('large', 9_000);
    await expect(put('another', 1_000)).rejects.toMatchObject({ name: 'LimitExceededException' });
  });

  it('let only those write who may, on that role and with that policy', async () => {
    const other = `${PolicyArn}-other`;
    await world.iam.putManagedPolicy(newManagedPolicy(other, policy(), 0));
    await world.iam.putRolePolicy(
      RoleName,
      'own',
      policy({
        ...allow('iam:AttachRolePolicy', mappedRoleArn),
        Condition: { ArnEquals: { 'iam:PolicyARN': PolicyArn } },
      }),
    );
    const session = await sessionClient();
    await session.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    await expect(
      session.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: other })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(
      session.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: text() })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('what is not emulated', () => {
  it('answers 501 with its name', async () => {
    await expect(iam.send(new ListUsersCommand({}))).rejects.toMatchObject({
      message: 'iam:ListUsers is not emulated.',
      $metadata: { httpStatusCode: 501 },
    });
  });
});
