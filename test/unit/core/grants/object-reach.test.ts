import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { GrantStatement } from '../../../../core/grants/grant.ts';
import { objectNamed, reachOfObject } from '../../../../core/grants/object-reach.ts';
import { evaluateAccess } from '../../../../local/iam/evaluate.ts';
import type { PolicyStatement } from '../../../../local/iam/policy.ts';
import {
  byRole,
  grantOf,
  ownFiles,
  reports,
  teamRead,
  templateValues,
} from '../../../support/grants.ts';
import { policy, session } from '../../local/iam/principals-for-tests.ts';

const context = {
  mappedRoleArnPrefix: 'arn:aws:iam::123456789012:role/stepkey/stepkey-',
  templateValues,
};
const alice = 'us-east-1:1f0c2a3e-aaaa-4bbb-8ccc-1234567890ab';
const bucket = templateValues.bucket;
const shipped = [byRole, ownFiles, reports, teamRead];

const reachOf = (text: string, grants = shipped) => {
  const object = objectNamed(text);
  if (object === null) throw new TypeError('names no object');
  return reachOfObject(grants, context, object).grants;
};
const namesOf = (text: string, grants = shipped) => reachOf(text, grants).map(({ grant }) => grant);

describe('an object', () => {
  it.each([
    ['s3://files/a/b c.txt', 'files', 'a/b c.txt'],
    ['arn:aws:s3:::files/a', 'files', 'a'],
    ['arn:aws-cn:s3:::files/a', 'files', 'a'],
    ['https://files.s3.eu-central-1.amazonaws.com/a/b?versionId=1', 'files', 'a/b'],
    ['https://my.files.s3.amazonaws.com/a', 'my.files', 'a'],
    ['https://s3.eu-central-1.amazonaws.com/files/a/b', 'files', 'a/b'],
    ['private/x/notes.txt', null, 'private/x/notes.txt'],
    ['/team/plan.txt', null, 'team/plan.txt'],
    [`private/${alice}/notes.txt`, null, `private/${alice}/notes.txt`],
  ])('is read from %s', (text, named, key) => {
    expect(objectNamed(text)).toEqual({ bucket: named, key });
  });

  it.each([
    's3://files',
    's3://files/',
    'arn:aws:iam::123456789012:role/x',
    'https://example.org/a',
    '',
  ])('is not %j', (text) => {
    expect(objectNamed(text)).toBeNull();
  });
});

describe('who can get to an object', () => {
  it('is only the identity that its path names, where a grant is for each one’s own', () => {
    for (const path of [
      `private/${alice}/notes.txt`,
      `s3://${bucket}/private/${alice}/notes.txt`,
      `arn:aws:s3:::${bucket}/private/${alice}/a/b`,
    ]) {
      expect(
        reachOf(path).map(({ grant, actions, onlyIdentityId }) => [
          grant,
          actions.map((line) => line.split(' ')[0]),
          onlyIdentityId,
        ]),
      ).toEqual([
        ['own-files', ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], alice],
        ['reports', ['s3:GetObject'], alice],
      ]);
    }
  });

  it('is nobody where no grant leads there', () => {
    expect(namesOf('private/everybody/notes.txt')).toEqual([]);
    expect(namesOf(`s3://other/private/${alice}/notes.txt`)).toEqual([]);
    expect(namesOf(`private/${alice}`)).toEqual([]);
    expect(namesOf('s3://stepkey-files/colours/green/1')).toEqual([]);
  });

  it('is everybody whom a grant takes, where the path is nobody’s own', () => {
    expect(reachOf('team/plan.txt')).toMatchObject([
      {
        grant: 'team-read',
        who: ['Anyone in writers.'],
        actions: [`s3:GetObject on arn:aws:s3:::${bucket}/team/*`],
        onlyIdentityId: null,
      },
    ]);
  });

  it('has of several roles only those that lead there', () => {
    const [found] = reachOf('colours/red/1');
    expect(found?.roles).toEqual([`${context.mappedRoleArnPrefix}by-role-red`]);
    expect(found?.actions.every((line) => line.includes('/colours/red/'))).toBe(true);
  });

  const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' } as const;
  const withPermissions = (permissions: readonly GrantStatement[], more: object = {}) =>
    grantOf({ role: { permissions }, ...more });

  it('is narrowed by the session policy, in what may be done and where', () => {
    const sessionPolicy = [
      {
        Effect: 'Allow',
        Action: 's3:Get*',
        Resource: 'arn:aws:s3:::{{bucket}}/p/{{identityId}}/*',
      },
    ];
    const grant = withPermissions([{ ...allow, Action: ['s3:GetObject', 's3:PutObject'] }], {
      sessionPolicy,
    });
    expect(namesOf('elsewhere/x', [grant])).toEqual([]);
    expect(reachOf(`p/${alice}/x`, [grant])).toMatchObject([
      { actions: ['s3:GetObject on *'], onlyIdentityId: alice },
    ]);
  });

  it('is not whom a denial keeps out, but whom one may', () => {
    const deny = { Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::*/secret/*' } as const;
    expect(namesOf('secret/x', [withPermissions([allow, deny])])).toEqual([]);
    const perhaps = { ...deny, Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    expect(reachOf('secret/x', [withPermissions([allow, perhaps])])[0]?.actions).toEqual([
      's3:GetObject on *',
      'never s3:* on arn:aws:s3:::*/secret/* if Bool aws:SecureTransport false',
    ]);
  });

  it('may be whoever has a role that is made elsewhere', () => {
    const arn = 'arn:aws:iam::123456789012:role/made-elsewhere';
    expect(reachOf('any/x', [grantOf({ role: { arn } })])).toMatchObject([
      { actions: [`whatever ${arn} allows`], onlyIdentityId: null },
    ]);
  });

  it('leaves out nobody whom IAM would let in', () => {
    const bob = alice.replace('1f0c', '2f0c');
    const resources = [
      '*',
      'arn:aws:s3:::*',
      'arn:aws:s3:::{{bucket}}/*',
      'arn:aws:s3:::{{bucket}}/private/${cognito-identity.amazonaws.com:sub}/*',
      'arn:aws:s3:::{{bucket}}/team/?',
      'arn:aws:s3:::{{bucket}}/team/${*}',
    ];
    const statement = fc.record({
      Effect: fc.constantFrom('Allow' as const, 'Allow' as const, 'Deny' as const),
      Action: fc.subarray(['s3:GetObject', 's3:PutObject', 's3:*', 's3:get?bject'], {
        minLength: 1,
      }),
      Resource: fc.subarray(resources, { minLength: 1, maxLength: 2 }),
    });
    const keys = [`private/${alice}/x`, `private/${bob}/x`, 'team/a', 'team/*', 'team/ab', 'other'];
    let tried = 0;
    let met = 0;
    fc.assert(
      fc.property(
        fc.array(statement, { minLength: 1, maxLength: 3 }),
        fc.option(fc.array(statement, { minLength: 1, maxLength: 2 }), { nil: undefined }),
        fc.constantFrom(...keys),
        fc.constantFrom('s3:GetObject', 's3:PutObject'),
        (permissions, ofSession, key, action) => {
          tried += 1;
          const ours = (text: string) =>
            text.replace('${cognito-identity.amazonaws.com:sub}', '{{identityId}}');
          const grant = grantOf({
            role: { permissions },
            ...(ofSession === undefined
              ? {}
              : {
                  sessionPolicy: ofSession.map((one) => ({
                    ...one,
                    Resource: one.Resource.map(ours),
                  })),
                }),
          });
          const filled = (statements: readonly GrantStatement[]) =>
            policy(
              ...(JSON.parse(
                JSON.stringify(statements).replaceAll('{{bucket}}', bucket),
              ) as PolicyStatement[]),
            );
          const { allowed } = evaluateAccess(
            session({
              identityPolicies: [filled(permissions)],
              sessionPolicies: ofSession === undefined ? [] : [filled(ofSession)],
            }),
            {
              action,
              resource: `arn:aws:s3:::${bucket}/${key}`,
              conditionKeys: { 'cognito-identity.amazonaws.com:sub': alice },
            },
          );
          if (!allowed) return;
          met += 1;
          const [found] = reachOf(`s3://${bucket}/${key}`, [grant]);
          expect(found).toBeDefined();
          expect([null, alice]).toContain(found?.onlyIdentityId);
        },
      ),
      { numRuns: 500 },
    );
    expect(met).toBeGreaterThan(tried / 25);
  });
});
