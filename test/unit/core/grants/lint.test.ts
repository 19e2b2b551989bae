import { describe, expect, it } from '@jest/globals';
import { lintGrants } from '../../../../core/grants/lint.ts';
import { byRole, grantOf, ownFiles, reports, teamRead } from '../../../support/grants.ts';

const prefix = 'arn:aws:s3:::b/team/*';
const notesOf = (...statements: object[]) =>
  lintGrants([
    grantOf({
      role: {
        permissions: statements.map((statement) => ({
          Effect: 'Allow',
          Action: 's3:GetObject',
          Resource: prefix,
          ...statement,
        })),
      },
    }),
  ]).map(({ path, reason }) => `${path}: ${reason}`);

it('has nothing to say about the grants of this repository', () => {
  expect(lintGrants([ownFiles, teamRead, byRole, reports])).toEqual([]);
});

describe('wildcards', () => {
  it.each(['*', 's3:*', 's3:Get*', 's3:GetObjec?'])('in an action: %s', (Action) => {
    expect(notesOf({ Action, Condition: { StringLike: { 's3:prefix': 'team/*' } } })).toEqual([
      expect.stringContaining(`role.permissions.0.Action: "${Action}" allows`),
    ]);
  });

  it('as a resource', () => {
    expect(notesOf({ Resource: '*' })).toEqual([
      'role.permissions.0.Resource: is every resource of the account',
    ]);
  });

  it('are welcome where they deny', () => {
    expect(notesOf({ Effect: 'Deny', Action: 's3:*', Resource: '*' })).toEqual([]);
  });
});

describe('a missing boundary', () => {
  it.each([
    'arn:aws:s3:::b/team*',
    'arn:aws:dynamodb:r:1:table/t*',
    'arn:aws:s3:::b/x/${aws:userid}*',
  ])('of a name: %s', (Resource) => {
    expect(notesOf({ Resource })).toEqual([expect.stringContaining('every longer name')]);
  });

  it('of a role that is made elsewhere', () => {
    const notes = lintGrants([grantOf({ role: { arn: 'arn:aws:iam::123456789012:role/r' } })]);
    expect(notes).toEqual([
      { file: 'shared.json', path: 'role.arn', reason: expect.stringContaining('boundary') },
    ]);
  });
});

describe('a missing prefix', () => {
  it('of objects', () => {
    expect(notesOf({ Resource: 'arn:{{partition}}:s3:::{{bucket}}/*' })).toEqual([
      'role.permissions.0.Resource: is the whole bucket; begin with a prefix',
    ]);
  });

  it.each([
    undefined,
    { StringLike: { 's3:prefix': '*' } },
    { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
  ])('of a listing', (Condition) => {
    const listing = { Action: 's3:ListBucket', Resource: 'arn:aws:s3:::b' };
    expect(notesOf({ ...listing, ...(Condition ? { Condition } : {}) })).toEqual([
      'role.permissions.0.Condition: lists the whole bucket: s3:prefix is missing',
    ]);
  });
});

describe('a size', () => {
  const sids = (count: number, Resource: string) =>
    Array.from({ length: count }, (_, index) => ({
      Sid: `s${String(index)}`,
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource,
    }));

  it('of a session policy counts the longest values', () => {
    const own = (count: number) =>
      lintGrants([
        grantOf({ sessionPolicy: sids(count, 'arn:aws:s3:::b/t/{{claim:custom:tenant}}/*') }),
      ]);
    expect(own(5)).toEqual([]);
    expect(own(6)).toEqual([
      { file: 'shared.json', path: 'sessionPolicy', reason: expect.stringContaining('2048') },
    ]);
  });

  it('of a role', () => {
    expect(notesOf(...sids(140, prefix))).toEqual([expect.stringContaining('AWS takes 10240')]);
  });

  it('of the boundary, over all grants', () => {
    const many = (name: string) =>
      grantOf(
        {
          role: {
            permissions: [
              {
                Effect: 'Allow',
                Action: Array.from({ length: 200 }, (_, at) => `s3:Get${name}${String(at)}`),
                Resource: prefix,
              },
            ],
          },
        },
        name,
      );
    expect(lintGrants([many('one')])).toEqual([]);
    expect(lintGrants([many('one'), many('two'), many('three')])).toEqual([
      { file: '*.json', path: 'role', reason: expect.stringContaining('AWS takes 6144') },
    ]);
  });
});
