import { readdirSync } from 'node:fs';
import { expect } from '@jest/globals';
import { callApi } from '../../support/twin/api.ts';
import type { HandedOut, Person, Stage, Stories } from '../story.ts';

/** Read from the files, not from the templates: a trust policy is judged by what it should say. */
const grants = readdirSync(new URL('../../../grants/', import.meta.url))
  .filter((file) => /^[\w-]+\.json$/.test(file))
  .map((file) => file.replace('.json', ''));

interface MappedRole {
  readonly grant: string;
  readonly roleArn: string;
}

const mappedRolesOf = ({ twin }: Stage): readonly MappedRole[] =>
  twin.stacks.resources.flatMap(({ type, properties, stackName, logicalId }) => {
    const { RoleName: name = '', Path: path } = properties as { RoleName?: string; Path?: string };
    if (type !== 'AWS::IAM::Role' || path !== '/stepkey/') return [];
    const grant = grants.find((each) => `${name}-`.startsWith(`stepkey-${each}-`)) ?? name;
    const roleArn = twin.stacks.resource(stackName, logicalId)?.attributes['Arn'] ?? '';
    return [{ grant, roleArn }];
  });

/** Whom the broker's token in these stories is for. */
const identityId = 'us-east-1:00000000-0000-4000-8000-000000000000';

const tagsClaim = 'https://aws.amazon.com/tags';
const tagged = (tags: Record<string, string>) => ({
  [tagsClaim]: {
    principal_tags: Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, [value]])),
  },
});

/** What the broker's own OpenID token for this grant says; each probe differs from it in one claim. */
const claimsOf = ({ twin }: Stage, grant: string): Record<string, unknown> => {
  const { identityPoolId, developerProvider } = twin.endpoints;
  const nowEpochSeconds = Math.floor(Date.now() / 1000);
  return {
    iss: 'https://cognito-identity.amazonaws.com',
    sub: identityId,
    aud: identityPoolId,
    amr: [
      'authenticated',
      developerProvider,
      `${developerProvider}:${identityPoolId}:users:someone`,
    ],
    iat: nowEpochSeconds,
    exp: nowEpochSeconds + 600,
    ...tagged({ 'stepkey-grant': grant }),
  };
};

/** As whoever got hold of the OpenID token might: without the session policy that the broker adds. */
const assume = async (
  stage: Stage,
  { grant, roleArn }: MappedRole,
  changes: Record<string, unknown> = {},
): Promise<HandedOut> => {
  const { Credentials } = await stage.admin('sts', 'AssumeRoleWithWebIdentity', {
    RoleArn: roleArn,
    RoleSessionName: 'story',
    WebIdentityToken: await stage.signPoolToken({ ...claimsOf(stage, grant), ...changes }),
  });
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials as Record<string, string>;
  return {
    accessKeyId: String(AccessKeyId),
    secretAccessKey: String(SecretAccessKey),
    sessionToken: String(SessionToken),
  };
};

/** The role whose name ends so, as a session of it sees the bucket. */
const bucketOf = async (stage: Stage, name: string, changes: Record<string, unknown> = {}) => {
  const role = mappedRolesOf(stage).find(({ roleArn }) => roleArn.endsWith(`/stepkey-${name}`));
  if (role === undefined) throw new TypeError(`No role for ${name} is deployed`);
  const call = await stage.with(await assume(stage, role, changes));
  const Bucket = stage.twin.endpoints.bucket;
  const on = (operation: string, input: Record<string, unknown>) =>
    call('s3', operation, { Bucket, ...input });
  return {
    put: (Key: string) => on('PutObject', { Key, Body: Buffer.from('story') }),
    get: (Key: string) => on('GetObject', { Key }),
    delete: (Key: string) => on('DeleteObject', { Key }),
    list: (Prefix?: string) => on('ListObjectsV2', Prefix === undefined ? {} : { Prefix }),
  };
};

const expectHandOut = async (
  { twin, people }: Stage,
  person: Person,
  body: Record<string, unknown>,
): Promise<void> => {
  const { idToken: token } = people[person];
  const answer = await callApi(twin, 'POST', '/v1/credentials', { token, body });
  expect(answer.status).toBe(200);
};

export const mappedRoles: Stories = [
  {
    title:
      'a mapped role takes the broker’s tokens for its grant, and none that differ in one claim',
    tell: async (stage) => {
      const roles = mappedRolesOf(stage);
      expect(roles.length).toBeGreaterThan(0);
      for (const role of roles) {
        await assume(stage, role);
        for (const changes of [
          { aud: 'us-east-1:11111111-1111-4111-8111-111111111111' },
          { amr: ['authenticated', 'cognito-idp.us-east-1.amazonaws.com/us-east-1_another'] },
          tagged({ 'stepkey-grant': 'another' }),
          { [tagsClaim]: undefined },
        ])
          await stage.refused(assume(stage, role, changes));
      }
    },
  },
  {
    title: 'own-files reaches the own prefix and no other, whatever the session policy',
    tell: async (stage) => {
      await expectHandOut(stage, 'alice', {});
      const bucket = await bucketOf(stage, 'own-files');
      const own = `private/${identityId}/note`;
      await bucket.put(own);
      await bucket.get(own);
      await bucket.list(`private/${identityId}/`);
      await bucket.delete(own);
      const others = 'private/us-east-1:11111111-1111-4111-8111-111111111111/';
      await stage.refused(bucket.put(`${others}note`));
      await stage.refused(bucket.get(`${others}note`));
      await stage.refused(bucket.list(others));
      await stage.refused(bucket.list());
    },
  },
  {
    title: 'team-read reads what the team keeps, and nothing else',
    tell: async (stage) => {
      await expectHandOut(stage, 'bob', { grant: 'team-read' });
      const { bucket: Bucket } = stage.twin.endpoints;
      await stage.admin('s3', 'PutObject', { Bucket, Key: 'team/plan', Body: Buffer.from('plan') });
      const bucket = await bucketOf(stage, 'team-read');
      await bucket.get('team/plan');
      await bucket.list('team/');
      await stage.refused(bucket.put('team/plan'));
      await stage.refused(bucket.get('private/plan'));
      await stage.refused(bucket.list('private/'));
    },
  },
  {
    title: 'reports lets the job read the files of its subject, and only the job',
    tell: async (stage) => {
      const { bucket: Bucket } = stage.twin.endpoints;
      const own = `private/${identityId}/`;
      const note = { Bucket, Key: `${own}note`, Body: Buffer.from('mine') };
      await stage.admin('s3', 'PutObject', note);
      const grant = { 'stepkey-grant': 'reports' };
      const job = await bucketOf(stage, 'reports', tagged({ ...grant, 'stepkey-actor': 'batch' }));
      await job.get(`${own}note`);
      await job.list(own);
      await stage.refused(job.put(`${own}note`));
      await stage.refused(job.get('private/us-east-1:someone-else/note'));
      await stage.refused(job.list('private/'));
      const person = await bucketOf(stage, 'reports', tagged(grant));
      await stage.refused(person.get(`${own}note`));
      await stage.refused(person.list(own));
    },
  },
  {
    title: 'service-self lets the service read what is kept for it, and nothing else',
    tell: async (stage) => {
      const { bucket: Bucket } = stage.twin.endpoints;
      const Key = 'shared/service/list';
      await stage.admin('s3', 'PutObject', { Bucket, Key, Body: Buffer.from('list') });
      const bucket = await bucketOf(stage, 'service-self');
      await bucket.get(Key);
      await bucket.list('shared/service/');
      await stage.refused(bucket.put(Key));
      await stage.refused(bucket.get('shared/other'));
      await stage.refused(bucket.list('shared/'));
    },
  },
  ...['red', 'blue'].map((colour) => ({
    title: `by-role gives ${colour} its objects, and no other colour's`,
    tell: async (stage: Stage) => {
      const { accountId } = stage.twin.endpoints;
      const roleArn = `arn:aws:iam::${accountId}:role/stepkey/stepkey-by-role-${colour}`;
      await expectHandOut(stage, 'carol', { roleArn });
      const bucket = await bucketOf(stage, `by-role-${colour}`);
      await bucket.put(`colours/${colour}/paint`);
      await bucket.get(`colours/${colour}/paint`);
      await stage.refused(bucket.get('colours/green/paint'));
    },
  })),
];
