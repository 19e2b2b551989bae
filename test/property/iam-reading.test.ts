/** Policies are read once and asked often; the answers are those of reading them anew each time, to the letter. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';

import { evaluateAccess } from '../../local/iam/evaluate.ts';
import type { PolicyDocument, PolicyStatement } from '../../local/iam/policy.ts';
import { roleArn, session, sessionArn } from '../unit/local/iam/principals-for-tests.ts';
import { plainVerdict } from './plain-iam.ts';

const actions = [
  's3:GetObject',
  'S3:getobject',
  'kms:Decrypt',
  'sts:AssumeRole',
  'dynamodb:PutItem',
];
const resources = [
  'arn:aws:s3:::b/blue/1',
  'arn:aws:s3:::b/a*/x:y',
  'arn:aws:s3:::b/😀/1',
  'arn:aws:kms:r:1:key/k',
  'table/T',
  '',
];
const oneOrMany = (values: readonly string[]): fc.Arbitrary<string | string[]> =>
  fc.oneof(fc.constantFrom(...values), fc.subarray([...values], { minLength: 1, maxLength: 3 }));

const actionElement = fc.record({
  name: fc.constantFrom('Action', 'Action', 'NotAction'),
  value: oneOrMany([
    ...actions,
    's3:*',
    'S3:Get*',
    '*',
    '*',
    's3:*ct',
    'kms:De?rypt',
    '*:*Item',
    's3:${*}',
    'k*s:*t',
  ]),
});

const resourceElement = fc.record({
  name: fc.constantFrom('Resource', 'Resource', 'NotResource', 'NotResource', null),
  value: oneOrMany([
    ...resources,
    '*',
    '*',
    'arn:aws:s3:::*',
    'arn:aws:s3:::b/*',
    'arn:aws:s3:::b/${aws:PrincipalTag/team}/*',
    'arn:aws:s3:::b/${aws:principaltag/STAR}/*',
    "arn:aws:s3:::b/${absent, 'blue'}/?",
    'arn:aws:s3:::b/${absent}/*',
    'arn:aws:${absent}:::c/*',
    'arn:aws:s3:::b/${aws:TagKeys}',
    'arn:aws:s3:::b/a${*}/x:?',
    'arn:aws:s3:::b/?/1',
    'arn:*:s3:::b/blue*1',
    'arn:aws:*:key/k',
    'arn:aws:s3',
    'arn:aws:?3*:*',
    '*T',
    '${',
    '${}',
  ]),
});

const condition = fc.dictionary(
  fc
    .tuple(
      fc.constantFrom('', '', 'ForAllValues:', 'ForAnyValue:'),
      fc.constantFrom(
        ...['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'ArnLike'],
        ...['ArnNotLike', 'NumericLessThan', 'Bool', 'Null', 'Unknown'],
      ),
      fc.constantFrom('', '', 'IfExists'),
    )
    .map((words) => words.join('')),
  fc.dictionary(
    fc.constantFrom(
      'aws:PrincipalTag/team',
      'AWS:tagkeys',
      'size',
      'SIZE',
      'arn',
      'none',
      'absent',
    ),
    oneOrMany([
      ...['blue', 'b*', 'red', 'true', '5', '10', '*', 'a${*}', '?l${aws:PrincipalTag/none}*'],
      ...['${aws:PrincipalTag/team}', '${absent}', "${absent, 'red'}", 'arn:aws:s3:::*', 'arn:*:b'],
    ]),
    { minKeys: 1, maxKeys: 2 },
  ),
  { maxKeys: 2 },
);

const names = [roleArn, sessionArn, '*', '123456789012', 'arn:aws:iam::123456789012:role/other'];

const statement: fc.Arbitrary<PolicyStatement> = fc
  .record({
    effect: fc.constantFrom<PolicyStatement['Effect']>('Allow', 'Allow', 'Allow', 'Deny'),
    sid: fc.option(fc.constantFrom('First', 'Second'), { nil: undefined, freq: 2 }),
    // Half of them speak of everything, so that conditions and principals decide often enough.
    action: fc.oneof(fc.constant({ name: 'Action', value: '*' }), actionElement),
    resource: fc.oneof(fc.constant({ name: 'Resource', value: '*' }), resourceElement),
    condition: fc.option(condition, { nil: undefined, freq: 2 }),
  })
  .map(({ effect, sid, action, resource, ...rest }) => ({
    Effect: effect,
    ...(sid === undefined ? {} : { Sid: sid }),
    [action.name]: action.value,
    ...(resource.name === null ? {} : { [resource.name]: resource.value }),
    ...(rest.condition === undefined ? {} : { Condition: rest.condition }),
  }));

const documentOf = (statements: fc.Arbitrary<PolicyStatement>): fc.Arbitrary<PolicyDocument> =>
  fc
    .tuple(
      fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17', null),
      fc.oneof(statements, fc.array(statements, { maxLength: 4 })),
    )
    .map(([version, Statement]) => ({
      ...(version === null ? {} : { Version: version }),
      Statement,
    }));

const document = documentOf(statement);
const resourcePolicy = documentOf(
  fc
    .tuple(
      statement,
      fc.constantFrom('Principal', 'Principal', 'NotPrincipal'),
      fc.subarray(names, { minLength: 1 }),
    )
    .map(([one, element, named]) => ({ ...one, [element]: { AWS: named } })),
);

const keyRecord = fc.dictionary(
  fc.constantFrom('aws:TagKeys', 'aws:tagkeys', 'size', 'Size', 'arn', 'aws:PrincipalTag/none'),
  fc.constantFrom<string | string[]>('5', 'blue', 'arn:aws:s3:::b', [], ['red'], ['red', 'blue']),
);

const principal = fc
  .record({
    identityPolicies: fc.array(document, { maxLength: 3 }),
    permissionsBoundary: fc.option(document, { freq: 2 }),
    sessionPolicies: fc.array(document, { maxLength: 2 }),
    tag: fc.constantFrom('blue', 'a*', '😀', ''),
  })
  .map(({ tag, ...policies }) =>
    session({
      ...policies,
      conditionKeys: {
        'aws:PrincipalArn': roleArn,
        'aws:PrincipalTag/team': tag,
        'aws:PrincipalTag/star': 'a*',
      },
    }),
  );

const request = fc
  .record({
    action: fc.constantFrom(...actions),
    resource: fc.constantFrom(...resources),
    conditionKeys: keyRecord,
    resourcePolicy: fc.option(resourcePolicy, { nil: undefined, freq: 2 }),
  })
  .map(({ resourcePolicy: own, ...rest }) =>
    own === undefined ? rest : { ...rest, resourcePolicy: own },
  );

it('decides, and names the statement, as IAM’s rules read plainly do', () => {
  fc.assert(
    fc.property(
      principal,
      fc.array(request, { minLength: 1, maxLength: 3 }),
      keyRecord,
      (caller, asked, extraKeys) => {
        for (const one of asked)
          expect(evaluateAccess(caller, one, extraKeys)).toEqual(
            plainVerdict(caller, one, extraKeys),
          );
      },
    ),
    { numRuns: 2000 },
  );
});
