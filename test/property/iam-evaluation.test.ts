import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { Principal } from '../../local/aws.ts';
import { evaluateAccess } from '../../local/iam/evaluate.ts';
import type { AccessRequest, PolicyDocument, PolicyStatement } from '../../local/iam/policy.ts';
import { policy, roleArn, session, sessionArn } from '../unit/local/iam/principals-for-tests.ts';

const actions = ['s3:GetObject', 's3:PutObject', 'kms:Decrypt', 'dynamodb:GetItem'];
const resources = ['arn:aws:s3:::b/red/1', 'arn:aws:s3:::b/blue/1', 'arn:aws:kms:r:1:key/k'];

const condition = fc.option(
  fc
    .tuple(
      fc.constantFrom(
        'StringEquals',
        'StringNotLike',
        'ForAnyValue:StringLike',
        'ForAllValues:StringNotEquals',
        'StringLikeIfExists',
        'Null',
      ),
      fc.constantFrom('aws:PrincipalTag/team', 'aws:TagKeys', 'absent'),
      fc.subarray(['blue', 'red', 'b*', '${aws:PrincipalTag/team}', '${absent}', 'true'], {
        minLength: 1,
      }),
    )
    .map(([operator, key, values]) => ({ [operator]: { [key]: values } })),
  { nil: undefined },
);

const statement = (effect: 'Allow' | 'Deny'): fc.Arbitrary<PolicyStatement> =>
  fc
    .record({
      actionElement: fc.constantFrom('Action' as const, 'NotAction' as const),
      action: fc.subarray([...actions, 's3:*', '*'], { minLength: 1 }),
      resourceElement: fc.constantFrom('Resource' as const, 'NotResource' as const),
      resource: fc.subarray(
        [...resources, '*', 'arn:aws:s3:::b/${aws:PrincipalTag/team}/*', 'arn:aws:s3:::${absent}'],
        { minLength: 1 },
      ),
      condition,
    })
    .map((parts) => ({
      Effect: effect,
      [parts.actionElement]: parts.action,
      [parts.resourceElement]: parts.resource,
      ...(parts.condition === undefined ? {} : { Condition: parts.condition }),
    }));

const anyStatement = fc.oneof(statement('Allow'), statement('Deny'));
const document: fc.Arbitrary<PolicyDocument> = fc
  .array(anyStatement, { maxLength: 4 })
  .map((statements) => policy(...statements));

const principal: fc.Arbitrary<Principal> = fc
  .record({
    identityPolicies: fc.array(document, { maxLength: 3 }),
    permissionsBoundary: fc.option(document),
    sessionPolicies: fc.array(document, { maxLength: 2 }),
  })
  .map((parts) => session(parts));

/** Of the resource's own policy: never the session itself, whose naming passes by session policies on AWS. */
const resourcePolicy = (names: readonly string[]): fc.Arbitrary<PolicyDocument | undefined> =>
  fc.option(
    fc
      .array(fc.tuple(anyStatement, fc.constantFrom(...names)), { maxLength: 3 })
      .map((pairs) =>
        policy(...pairs.map(([one, name]) => ({ ...one, Principal: { AWS: name } }))),
      ),
    { nil: undefined },
  );

const request = (names: readonly string[]): fc.Arbitrary<AccessRequest> =>
  fc
    .record({
      action: fc.constantFrom(...actions),
      resource: fc.constantFrom(...resources),
      own: resourcePolicy(names),
      conditionKeys: fc.constantFrom<Record<string, string[]>>(
        {},
        { 'aws:TagKeys': ['red'] },
        { 'aws:TagKeys': ['blue', 'red'] },
      ),
    })
    .map(({ own, ...rest }) => ({
      ...rest,
      ...(own === undefined ? {} : { resourcePolicy: own }),
    }));

const narrowNames = [roleArn, '*', '123456789012', 'arn:aws:iam::123456789012:role/other'];
const everyName = [...narrowNames, sessionArn];

const isAllowed = (caller: Principal, asked: AccessRequest): boolean =>
  evaluateAccess(caller, asked).allowed;
/** What the second may do, the first may. */
const neverWider = (wide: boolean, narrow: boolean): void => {
  expect(narrow && !wide).toBe(false);
};

describe('IAM evaluation', () => {
  it('never allows more after a Deny is added, wherever it is', () => {
    fc.assert(
      fc.property(
        principal,
        request(everyName),
        statement('Deny'),
        fc.constantFrom('identity', 'boundary', 'session', 'resource'),
        (caller, asked, added, where) => {
          const extend = (one: PolicyDocument): PolicyDocument =>
            policy(...(one.Statement as PolicyStatement[]), added);
          const [first = policy(), ...rest] = caller.identityPolicies;
          const changed: Principal =
            where === 'identity'
              ? { ...caller, identityPolicies: [extend(first), ...rest] }
              : where === 'boundary' && caller.permissionsBoundary !== null
                ? { ...caller, permissionsBoundary: extend(caller.permissionsBoundary) }
                : where === 'session'
                  ? { ...caller, sessionPolicies: caller.sessionPolicies.map(extend) }
                  : caller;
          const changedRequest: AccessRequest =
            where === 'resource' && asked.resourcePolicy !== undefined
              ? {
                  ...asked,
                  resourcePolicy: policy(...(asked.resourcePolicy.Statement as PolicyStatement[]), {
                    ...added,
                    Principal: '*',
                  }),
                }
              : asked;
          neverWider(isAllowed(caller, asked), isAllowed(changed, changedRequest));
        },
      ),
    );
  });

  it('never allows more with a boundary than without', () => {
    fc.assert(
      fc.property(principal, request(narrowNames), document, (caller, asked, boundary) => {
        const free = { ...caller, permissionsBoundary: null };
        neverWider(
          isAllowed(free, asked),
          isAllowed({ ...caller, permissionsBoundary: boundary }, asked),
        );
      }),
    );
  });

  it('never allows more with session policies than without', () => {
    fc.assert(
      fc.property(principal, request(narrowNames), (caller, asked) => {
        neverWider(isAllowed({ ...caller, sessionPolicies: [] }, asked), isAllowed(caller, asked));
      }),
    );
  });

  it('never allows more after an Allow is removed', () => {
    fc.assert(
      fc.property(principal, request(everyName), fc.nat(), (caller, asked, pick) => {
        const [first = policy(), ...rest] = caller.identityPolicies;
        const statements = first.Statement as PolicyStatement[];
        const allows = statements.filter(({ Effect }) => Effect === 'Allow');
        const removed = allows[pick % Math.max(allows.length, 1)];
        const less = policy(...statements.filter((one) => one !== removed));
        neverWider(
          isAllowed(caller, asked),
          isAllowed({ ...caller, identityPolicies: [less, ...rest] }, asked),
        );
      }),
    );
  });

  it('decides the same whatever the order of statements and policies', () => {
    fc.assert(
      fc.property(principal, request(everyName), (caller, asked) => {
        const turned = [...caller.identityPolicies]
          .reverse()
          .map((one) => policy(...[...(one.Statement as PolicyStatement[])].reverse()));
        expect(isAllowed({ ...caller, identityPolicies: turned }, asked)).toBe(
          isAllowed(caller, asked),
        );
      }),
    );
  });
});
