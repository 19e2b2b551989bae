import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { evaluateAccess } from '../../../../local/iam/evaluate.ts';
import { newManagedPolicy } from '../../../../local/iam/managed-policies.ts';
import { principalOfSession } from '../../../../local/services/sts/session-principal.ts';
import { policy } from '../iam/principals-for-tests.ts';
import { createStsWorld, identityId, mappedRoleArn, tagsClaim } from './sts-world.ts';

let world: Awaited<ReturnType<typeof createStsWorld>>;
beforeEach(async () => {
  world = await createStsWorld();
});
const credentialsOf = (answer: Record<string, unknown>) =>
  answer['Credentials'] as { SessionToken: string; AccessKeyId: string; Expiration: Date };

describe('a session policy', () => {
  const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
  const text = (statement: unknown): string =>
    JSON.stringify({ Version: '2012-10-17', Statement: statement });

  it('narrows the session', async () => {
    const answer = await world.assume({ Policy: text(allow) });
    const { session } = await world.sessionTokens.open(credentialsOf(answer).SessionToken);
    const principal = principalOfSession(session, world.iam);
    const resource = `arn:aws:s3:::bucket/private/${identityId}/file`;
    expect(evaluateAccess(principal, { action: 's3:GetObject', resource }).allowed).toBe(true);
    expect(evaluateAccess(principal, { action: 's3:PutObject', resource }).allowed).toBe(false);
  });

  it('may be a managed one, which is read at each call', async () => {
    const arn = 'arn:aws:iam::123456789012:policy/narrow';
    await world.iam.putManagedPolicy(newManagedPolicy(arn, policy(), 0));
    const answer = await world.assume({ PolicyArns: [{ arn }] });
    const { session } = await world.sessionTokens.open(credentialsOf(answer).SessionToken);
    expect(principalOfSession(session, world.iam).sessionPolicies).toEqual([policy()]);
    await world.iam.deleteManagedPolicy(arn);
    expect(principalOfSession(session, world.iam).sessionPolicies).toEqual([policy()]);
  });

  it.each([
    ['that is not JSON', '{'],
    ['that is not an object', '[]'],
    ['of an unknown version', JSON.stringify({ Version: '2020-01-01', Statement: allow })],
    ['with an unknown element', JSON.stringify({ Statement: allow, Extra: 1 })],
    ['without a statement', JSON.stringify({ Version: '2012-10-17' })],
    ['with an empty list of statements', text([])],
    ['with a principal', text({ ...allow, Principal: '*' })],
    ['with an unknown effect', text({ ...allow, Effect: 'allow' })],
    ['with an action without a service', text({ ...allow, Action: 'GetObject' })],
    ['with Action and NotAction', text({ ...allow, NotAction: 's3:PutObject' })],
    ['without a resource', text({ Effect: 'Allow', Action: 's3:GetObject' })],
    ['with a resource that is no ARN', text({ ...allow, Resource: 'bucket/*' })],
    ['with an unknown operator', text({ ...allow, Condition: { Is: { a: 'b' } } })],
    ['with a malformed condition', text({ ...allow, Condition: { Bool: 'true' } })],
    ['with a malformed Sid', text({ ...allow, Sid: 'two words' })],
  ])('%s is refused', async (_case, Policy) => {
    await expect(world.assume({ Policy })).rejects.toMatchObject({
      code: 'MalformedPolicyDocumentException',
      wireCode: 'MalformedPolicyDocument',
      statusCode: 400,
    });
  });

  it('that packs too large is refused with its percentage', async () => {
    // Digests do not compress.
    const tags = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `key${String(index)}`,
        [createHash('sha256').update(String(index)).digest('base64')],
      ]),
    );
    const token = await world.token({
      [tagsClaim]: { principal_tags: { 'stepkey-grant': ['own-files'], ...tags } },
    });
    await expect(world.assume({}, token)).rejects.toMatchObject({
      code: 'PackedPolicyTooLargeException',
      wireCode: 'PackedPolicyTooLarge',
      message: expect.stringMatching(/^Packed policy consumes 1\d\d% of allotted space/),
    });
  });
});

describe('a session that a service makes', () => {
  it('needs the role’s trust in that service', () => {
    const { principalOfRole } = world.sts;
    expect(() =>
      principalOfRole(mappedRoleArn, 'function', { service: 'lambda.amazonaws.com' }),
    ).toThrow(expect.objectContaining({ code: 'AccessDenied' }));
    expect(principalOfRole(mappedRoleArn, 'function').arn).toBe(
      'arn:aws:sts::123456789012:assumed-role/stepkey-own-files/function',
    );
  });

  it('can be handed out as credentials', async () => {
    const credentials = await world.sts.credentialsOfRole(mappedRoleArn, 'function', 60);
    const opened = await world.sessionTokens.open(credentials.sessionToken);
    expect(opened.session).toMatchObject({ roleArn: mappedRoleArn, sessionName: 'function' });
  });
});
