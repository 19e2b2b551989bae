import { describe, expect, it } from '@jest/globals';

import { evaluateAccess, evaluateTrust } from '../../../../local/iam/evaluate.ts';
import type { PolicyStatement } from '../../../../local/iam/policy.ts';
import {
  accountId,
  allow,
  deny,
  policy,
  roleArn,
  session,
  sessionArn,
} from './principals-for-tests.ts';

const object = 'arn:aws:s3:::bucket/private/alice/file';
const read = { action: 's3:GetObject', resource: object };
const readAllowed = policy(allow('s3:GetObject'));

describe('identity policies', () => {
  it('allow what a statement names, and nothing is allowed without one', () => {
    expect(evaluateAccess(session({ identityPolicies: [readAllowed] }), read).allowed).toBe(true);
    expect(evaluateAccess(session(), read)).toEqual({
      allowed: false,
      reason: 'no identity-based policy allows s3:GetObject',
      refusal: 'because no identity-based policy allows the s3:GetObject action',
    });
  });

  it('match actions without regard to case, and resources with it', () => {
    const caller = session({
      identityPolicies: [policy(allow('S3:get*', 'arn:aws:s3:::bucket/private/*'))],
    });
    expect(evaluateAccess(caller, read).allowed).toBe(true);
    const other = { ...read, resource: 'arn:aws:s3:::bucket/Private/alice/file' };
    expect(evaluateAccess(caller, other).allowed).toBe(false);
  });

  it('know NotAction and NotResource', () => {
    const caller = session({
      identityPolicies: [
        policy({ Effect: 'Allow', NotAction: 's3:Put*', NotResource: 'arn:aws:s3:::bucket/x/*' }),
      ],
    });
    expect(evaluateAccess(caller, read).allowed).toBe(true);
    expect(evaluateAccess(caller, { ...read, action: 's3:PutObject' }).allowed).toBe(false);
    expect(
      evaluateAccess(caller, { ...read, resource: 'arn:aws:s3:::bucket/x/file' }).allowed,
    ).toBe(false);
  });

  it('do not open through a NotResource whose variable has no value', () => {
    const caller = session({
      identityPolicies: [
        policy({
          Effect: 'Allow',
          Action: '*',
          NotResource: 'arn:aws:s3:::bucket/${aws:PrincipalTag/absent}/*',
        }),
      ],
    });
    expect(evaluateAccess(caller, read).allowed).toBe(false);
  });

  it('name the denying statement', () => {
    const caller = session({
      identityPolicies: [readAllowed, policy({ ...deny('s3:*'), Sid: 'NotNow' })],
    });
    expect(evaluateAccess(caller, read)).toEqual({
      allowed: false,
      reason: 'denied by statement "NotNow" of the identity policy 2',
      refusal: 'with an explicit deny in an identity-based policy',
    });
  });

  it('read no condition key of the request over the caller’s own', () => {
    const statement: PolicyStatement = {
      ...allow('s3:GetObject'),
      Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red' } },
    };
    const caller = session({ identityPolicies: [policy(statement)] });
    const forged = { ...read, conditionKeys: { 'aws:PrincipalTag/team': 'red' } };
    expect(evaluateAccess(caller, forged, { 'aws:PrincipalTag/team': 'red' }).allowed).toBe(false);
  });
});

describe('a boundary and session policies', () => {
  const caller = session({ identityPolicies: [policy(allow('*'))] });
  it('leave only what all of them allow', () => {
    const narrow = policy(allow('s3:GetObject'));
    for (const change of [{ permissionsBoundary: narrow }, { sessionPolicies: [narrow] }]) {
      const narrowed = { ...caller, ...change };
      expect(evaluateAccess(narrowed, read).allowed).toBe(true);
      expect(evaluateAccess(narrowed, { ...read, action: 's3:PutObject' }).allowed).toBe(false);
    }
  });

  it('say which of them is missing', () => {
    const nothing = policy();
    expect(evaluateAccess({ ...caller, permissionsBoundary: nothing }, read).refusal).toBe(
      'because no permissions boundary allows the s3:GetObject action',
    );
    expect(evaluateAccess({ ...caller, sessionPolicies: [nothing] }, read).refusal).toBe(
      'because no session policy allows the s3:GetObject action',
    );
  });

  it('deny explicitly', () => {
    const all = policy(allow('*'), deny('s3:GetObject'));
    expect(evaluateAccess({ ...caller, permissionsBoundary: all }, read).refusal).toBe(
      'with an explicit deny in a permissions boundary',
    );
    expect(evaluateAccess({ ...caller, sessionPolicies: [all] }, read).refusal).toBe(
      'with an explicit deny in a session policy',
    );
  });
});

describe('a resource policy', () => {
  const withPrincipal = (
    Principal: NonNullable<PolicyStatement['Principal']>,
    Effect: 'Allow' | 'Deny' = 'Allow',
  ) => ({
    ...read,
    resourcePolicy: policy({ Effect, Principal, Action: 's3:*', Resource: '*' }),
  });

  it.each([
    [{ AWS: sessionArn }, true],
    [{ AWS: roleArn }, true],
    [{ AWS: '*' }, true],
    ['*' as const, true],
    [{ AWS: `arn:aws:iam::${accountId}:root` }, false],
    [{ AWS: accountId }, false],
    [{ AWS: 'arn:aws:iam::123456789012:role/other' }, false],
    [{ Service: 'lambda.amazonaws.com' }, false],
  ])('with principal %j allows the session by itself: %j', (principal, expected) => {
    expect(evaluateAccess(session(), withPrincipal(principal)).allowed).toBe(expected);
  });

  it('passes by the session policy only when it names the session itself', () => {
    const narrowed = session({ sessionPolicies: [policy(allow('s3:ListBucket'))] });
    expect(evaluateAccess(narrowed, withPrincipal({ AWS: sessionArn })).allowed).toBe(true);
    expect(evaluateAccess(narrowed, withPrincipal({ AWS: roleArn })).allowed).toBe(false);
    expect(evaluateAccess(narrowed, withPrincipal('*')).allowed).toBe(false);
  });

  it('denies whomever it names, whatever else allows', () => {
    const caller = session({ identityPolicies: [policy(allow('*'))] });
    for (const principal of ['*' as const, { AWS: roleArn }, { AWS: accountId }])
      expect(evaluateAccess(caller, withPrincipal(principal, 'Deny'))).toMatchObject({
        allowed: false,
        refusal: 'with an explicit deny in a resource-based policy',
      });
  });

  it('with NotPrincipal denies everyone else', () => {
    const request = (named: string) => ({
      ...read,
      resourcePolicy: policy({
        Effect: 'Deny',
        NotPrincipal: { AWS: named },
        Action: '*',
        Resource: '*',
      }),
    });
    const caller = session({ identityPolicies: [policy(allow('*'))] });
    expect(evaluateAccess(caller, request(roleArn)).allowed).toBe(true);
    expect(evaluateAccess(caller, request('arn:aws:iam::1:role/x')).allowed).toBe(false);
  });

  it('of a key decides whether identity policies count at all', () => {
    const decrypt = { action: 'kms:Decrypt', resource: `arn:aws:kms:us-east-1:${accountId}:key/1` };
    const caller = session({ identityPolicies: [policy(allow('kms:Decrypt'))] });
    const keyPolicy = (named: string) =>
      policy({ Effect: 'Allow', Principal: { AWS: named }, Action: 'kms:*', Resource: '*' });
    const ask = (named: string) =>
      evaluateAccess(caller, { ...decrypt, resourcePolicy: keyPolicy(named) });
    expect(ask(`arn:aws:iam::${accountId}:root`).allowed).toBe(true);
    expect(ask('arn:aws:iam::123456789012:role/other').allowed).toBe(false);
  });

  it('opens to the anonymous only by naming everyone', () => {
    const anonymous = session({ kind: 'anonymous', arn: 'anonymous', conditionKeys: {} });
    expect(evaluateAccess(anonymous, withPrincipal('*')).allowed).toBe(true);
    expect(evaluateAccess(anonymous, withPrincipal({ AWS: 'anonymous' })).allowed).toBe(false);
    expect(evaluateAccess(anonymous, read).allowed).toBe(false);
  });
});

it('the twin’s own services are allowed', () => {
  const caller = session({ kind: 'aws-service', arn: 'states.amazonaws.com' });
  expect(evaluateAccess(caller, read).allowed).toBe(true);
});

describe('a trust policy', () => {
  const trust = policy({
    Effect: 'Allow',
    Principal: { Federated: 'cognito-identity.amazonaws.com', Service: 'lambda.amazonaws.com' },
    Action: 'sts:AssumeRole*',
    Condition: { StringEqualsIfExists: { 'cognito-identity.amazonaws.com:aud': 'pool' } },
  });
  const ask = (request: Partial<Parameters<typeof evaluateTrust>[1]>) =>
    evaluateTrust(trust, { action: 'sts:AssumeRole', conditionKeys: {}, ...request });

  it('lets in the principals it names, under its conditions', () => {
    expect(ask({ service: 'lambda.amazonaws.com' }).allowed).toBe(true);
    expect(ask({ service: 'states.amazonaws.com' }).allowed).toBe(false);
    expect(ask({ federated: 'cognito-identity.amazonaws.com' }).allowed).toBe(true);
    expect(ask({ federated: 'lambda.amazonaws.com' }).allowed).toBe(false);
    expect(ask({ principalArn: roleArn }).allowed).toBe(false);
    expect(
      ask({
        federated: 'cognito-identity.amazonaws.com',
        conditionKeys: { 'cognito-identity.amazonaws.com:aud': 'other' },
      }),
    ).toMatchObject({ allowed: false, reason: 'no trust policy allows sts:AssumeRole' });
  });

  it('names the statement that lets in', () => {
    expect(ask({ service: 'lambda.amazonaws.com' }).reason).toBe(
      'allowed by statement #1 of the trust policy',
    );
  });
});
