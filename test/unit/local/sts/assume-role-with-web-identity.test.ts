import { beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt, SignJWT, UnsecuredJWT } from 'jose';
import { evaluateAccess } from '../../../../local/iam/evaluate.ts';
import { principalOfSession } from '../../../../local/services/sts/session-principal.ts';
import type { ConditionBlock } from '../../../../local/iam/policy.ts';
import {
  createStsWorld,
  identityId,
  mappedRole,
  mappedRoleArn,
  pool,
  provider,
  startEpochSeconds,
  tagsClaim,
  trusting,
} from './sts-world.ts';

let world: Awaited<ReturnType<typeof createStsWorld>>;
beforeEach(async () => {
  world = await createStsWorld();
});
const credentialsOf = (answer: Record<string, unknown>) =>
  answer['Credentials'] as { SessionToken: string; AccessKeyId: string; Expiration: Date };
const accessDenied = {
  code: 'AccessDenied',
  statusCode: 403,
  message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
};

describe('AssumeRoleWithWebIdentity', () => {
  it('answers credentials, who was assumed, and whom the token is about', async () => {
    const answer = await world.assume({ DurationSeconds: '900' });
    expect(answer).toMatchObject({
      AssumedRoleUser: {
        AssumedRoleId: 'AROAMAPPEDROLE:alice',
        Arn: 'arn:aws:sts::123456789012:assumed-role/stepkey-own-files/alice',
      },
      Audience: pool,
      Provider: 'cognito-identity.amazonaws.com',
      SubjectFromWebIdentityToken: identityId,
      PackedPolicySize: expect.any(Number),
    });
    expect(credentialsOf(answer)).toMatchObject({
      AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
      SecretAccessKey: expect.stringMatching(/^.{40}$/),
      Expiration: new Date((startEpochSeconds + 900) * 1000),
    });
  });

  it('makes a session that carries identity, tags and name, and may do what its role may', async () => {
    const answer = await world.assume();
    const { session } = await world.sessionTokens.open(credentialsOf(answer).SessionToken);
    const principal = principalOfSession(session, world.iam);
    expect(principal.conditionKeys).toEqual({
      'aws:FederatedProvider': 'cognito-identity.amazonaws.com',
      'cognito-identity.amazonaws.com:aud': pool,
      'cognito-identity.amazonaws.com:sub': identityId,
      'cognito-identity.amazonaws.com:amr': [
        'authenticated',
        provider,
        `${provider}:${pool}:users:alice`,
      ],
      'aws:PrincipalTag/stepkey-grant': 'own-files',
      'aws:PrincipalTag/stepkey-subject': 'users:alice',
      'aws:PrincipalTag/team': 'role',
      'aws:PrincipalTag/colour': 'grey',
      'aws:PrincipalArn': mappedRoleArn,
      'aws:PrincipalAccount': '123456789012',
      'aws:PrincipalType': 'AssumedRole',
      'aws:userid': 'AROAMAPPEDROLE:alice',
      'aws:TokenIssueTime': new Date(startEpochSeconds * 1000).toISOString(),
      'sts:RoleSessionName': 'alice',
    });
    const read = (owner: string) =>
      evaluateAccess(principal, {
        action: 's3:GetObject',
        resource: `arn:aws:s3:::bucket/private/${owner}/file`,
      }).allowed;
    expect(read(identityId)).toBe(true);
    expect(read('us-east-1:22222222-1111-4111-8111-111111111111')).toBe(false);
  });

  it('lets a session tag replace the role’s tag of the same key, whatever its case', async () => {
    const tags = { 'stepkey-grant': ['own-files'], Team: ['session'] };
    const answer = await world.assume(
      {},
      await world.token({ [tagsClaim]: { principal_tags: tags } }),
    );
    const { session } = await world.sessionTokens.open(credentialsOf(answer).SessionToken);
    const { conditionKeys } = principalOfSession(session, world.iam);
    expect(conditionKeys['aws:PrincipalTag/Team']).toBe('session');
    expect(conditionKeys).not.toHaveProperty(['aws:PrincipalTag/team']);
  });

  it('takes the session’s permissions away with its role, also when the role is made again', async () => {
    const answer = await world.assume();
    const { session } = await world.sessionTokens.open(credentialsOf(answer).SessionToken);
    await world.iam.putRole({ ...mappedRole, roleId: 'AROAANOTHER' });
    expect(principalOfSession(session, world.iam).identityPolicies).toEqual([]);
    await world.iam.deleteRole(mappedRoleArn);
    expect(principalOfSession(session, world.iam).identityPolicies).toEqual([]);
  });
});

describe('the trust policy refuses', () => {
  it('a token of another pool', async () => {
    const token = await world.token({ aud: 'us-east-1:99999999-0000-4000-8000-000000000000' });
    await expect(world.assume({}, token)).rejects.toMatchObject(accessDenied);
    expect(world.lines).toEqual([
      `denied sts:AssumeRoleWithWebIdentity on "${mappedRoleArn}": no trust policy allows sts:AssumeRoleWithWebIdentity`,
    ]);
  });

  it('a token without the developer provider among its methods', async () => {
    const token = await world.token({ amr: ['authenticated'] });
    await expect(world.assume({}, token)).rejects.toMatchObject(accessDenied);
  });

  it('a token for another grant', async () => {
    const tags = { principal_tags: { 'stepkey-grant': ['team-read'] } };
    const token = await world.token({ [tagsClaim]: tags });
    await expect(world.assume({}, token)).rejects.toMatchObject(accessDenied);
  });

  it('a token without the tag that it tests', async () => {
    const token = await world.token({ [tagsClaim]: undefined });
    await expect(world.assume({}, token)).rejects.toMatchObject(accessDenied);
  });

  it('a token with tags where TagSession is not granted', async () => {
    await world.iam.putRole(trusting({ actions: ['sts:AssumeRoleWithWebIdentity'] }));
    await expect(world.assume()).rejects.toMatchObject(accessDenied);
    expect(world.lines[0]).toContain('no trust policy allows sts:TagSession');
    const untagged = await world.token({ [tagsClaim]: undefined });
    await expect(world.assume({}, untagged)).resolves.toBeDefined();
  });

  it('another subject, session name or tag key than it names', async () => {
    const conditions: readonly ConditionBlock[] = [
      { StringEquals: { 'cognito-identity.amazonaws.com:sub': 'us-east-1:0' } },
      { StringEquals: { 'sts:RoleSessionName': 'bob' } },
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['stepkey-grant'] } },
    ];
    for (const condition of conditions) {
      await world.iam.putRole(trusting({ condition }));
      await expect(world.assume()).rejects.toMatchObject(accessDenied);
    }
  });

  it('a role that does not exist, with the same words', async () => {
    const RoleArn = `${mappedRoleArn}-absent`;
    await expect(world.assume({ RoleArn })).rejects.toMatchObject(accessDenied);
  });
});

describe('a token is refused', () => {
  const invalid = {
    code: 'InvalidIdentityTokenException',
    wireCode: 'InvalidIdentityToken',
    statusCode: 400,
  };

  it('after its time, with the two instants', async () => {
    world.time.epochMillis = (startEpochSeconds + 120) * 1000;
    await expect(world.assume()).rejects.toMatchObject({
      code: 'ExpiredTokenException',
      statusCode: 400,
      message: `Token expired: current date/time ${String(startEpochSeconds + 120)} must be before the expiration date/time ${String(startEpochSeconds + 120)}`,
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['of another issuer', { iss: 'https://issuer.example' }],
    ['without an expiry', { exp: undefined }],
    ['without a subject', { sub: undefined }],
    ['without an audience', { aud: undefined }],
    ['for several audiences', { aud: [pool, 'other'] }],
    ['without methods', { amr: undefined }],
    ['issued in the future', { iat: startEpochSeconds + 301 }],
    ['with a tag of two values', { [tagsClaim]: { principal_tags: { a: ['1', '2'] } } }],
    ['with a comma in a tag value', { [tagsClaim]: { principal_tags: { a: ['1,2'] } } }],
    ['with a reserved tag key', { [tagsClaim]: { principal_tags: { 'aws:a': ['1'] } } }],
    ['with a tag key in two cases', { [tagsClaim]: { principal_tags: { a: ['1'], A: ['1'] } } }],
    [
      'with more than 50 tags',
      {
        [tagsClaim]: {
          principal_tags: Object.fromEntries(
            Array.from({ length: 51 }, (_, index) => [`k${String(index)}`, ['v']]),
          ),
        },
      },
    ],
  ])('%s', async (_case, changes) => {
    await expect(world.assume({}, await world.token(changes))).rejects.toMatchObject(invalid);
  });

  it('signed by another key, with another algorithm, or not at all', async () => {
    const { privateKey } = world.signingKey;
    const payload = decodeJwt(await world.token());
    const asRs256 = new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'us-east-11' });
    for (const token of [
      await world.token({}, 'other'),
      await asRs256.sign(privateKey),
      new UnsecuredJWT(payload).encode(),
      'not a token',
    ])
      await expect(world.assume({}, token)).rejects.toMatchObject(invalid);
  });

  it('when one character of its payload is changed', async () => {
    const [head = '', body = '', signature = ''] = (await world.token()).split('.');
    const flipped = (body.startsWith('e') ? 'f' : 'e') + body.slice(1);
    const token = [head, flipped, signature].join('.');
    await expect(world.assume({}, token)).rejects.toMatchObject(invalid);
  });
});

describe('a parameter is refused', () => {
  it.each([
    ['RoleArn', 'arn:short'],
    ['RoleArn', undefined],
    ['RoleSessionName', 'a'],
    ['RoleSessionName', 'us-east-1:guid'],
    ['RoleSessionName', 'x'.repeat(65)],
    ['RoleSessionName', undefined],
    ['WebIdentityToken', 'abc'],
    ['WebIdentityToken', 'x'.repeat(20_001)],
    ['DurationSeconds', '899'],
    ['DurationSeconds', '43201'],
    ['DurationSeconds', '7201'],
    ['DurationSeconds', 'long'],
    ['Policy', ''],
    ['Policy', 'x'.repeat(2049)],
    ['Policy', '{"Statement":"\u2026"}'],
    ['PolicyArns', Array.from({ length: 11 }, () => ({ arn: mappedRoleArn }))],
  ])('%s as %j', async (parameter, value) => {
    await expect(world.assume({ [parameter]: value })).rejects.toMatchObject({
      code: 'ValidationError',
      statusCode: 400,
    });
  });

  it('and never repeated, as it may be a token', async () => {
    const secret = `canary ${'x'.repeat(20_001)}`;
    const refusal = await world.assume({}, secret).catch((error: unknown) => String(error));
    expect(refusal).not.toContain('canary');
  });

  it('when the duration is longer than the role’s, in AWS’s words', async () => {
    await expect(world.assume({ DurationSeconds: 7201 })).rejects.toMatchObject({
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
  });
});
