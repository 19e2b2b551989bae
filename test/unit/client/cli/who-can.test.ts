import { expect, it } from '@jest/globals';
import { waysTo } from '../../../../client/cli/grants/who-can.ts';
import { addGrantFileOptions, readGrants } from '../../../../client/cli/grants/read-grants.ts';
import type { Grant, GrantStatement } from '../../../../core/grants/grant.ts';
import { Command } from 'commander';
import { resolve } from 'node:path';

const statement = (change: Partial<GrantStatement> = {}): GrantStatement => ({
  Effect: 'Allow',
  Action: 's3:Get*',
  Resource: 'arn:{{partition}}:s3:::b/private/${aws:PrincipalTag/t}/*',
  ...change,
});

const grant = (change: Partial<Grant> = {}): Grant =>
  ({
    name: 'g',
    description: 'd',
    clients: ['cli'],
    rules: [{ effect: 'allow', when: { groups: { anyOf: ['readers'] } } }],
    role: { permissions: [statement()] },
    session: { durationSeconds: 3600, minTtlSeconds: 1200 },
    tags: {},
    trace: 'mints',
    ...change,
  }) as Grant;

const namesOf = (grants: readonly Grant[], action: string, resource: string | null) =>
  waysTo(grants, action, resource).map(({ grant: { name }, subjectTo }) => [name, ...subjectTo]);

it.each([
  ['s3:GetObject', 'arn:aws:s3:::b/private/x/y', true],
  ['S3:getobject', null, true],
  ['s3:PutObject', null, false],
  ['s3:GetObject', 'arn:aws:s3:::b/team/x', false],
  ['s3:GetObject', 'arn:aws:s3:::c/private/x/y', false],
])('%s on %s: %s', (action, resource, isFound) => {
  expect(waysTo([grant()], action, resource)).toHaveLength(isFound ? 1 : 0);
});

it('needs both role and session policy, and says what narrows them', () => {
  const narrowed = grant({ sessionPolicy: [statement({ Action: 's3:GetObject' })] });
  expect(namesOf([narrowed], 's3:GetObject', null)).toEqual([['g']]);
  expect(namesOf([narrowed], 's3:GetObjectTagging', null)).toEqual([]);
  const conditional = grant({
    role: {
      permissions: [
        statement({ Condition: { Bool: { a: 'true' } } }),
        statement({ Effect: 'Deny' }),
      ],
    },
  });
  expect(namesOf([conditional], 's3:GetObject', null)).toEqual([['g', 'conditions', 'a deny']]);
  expect(
    namesOf([grant({ role: { arn: 'arn:aws:iam::1:role/r' } })], 'ec2:RunInstances', null),
  ).toEqual([['g', 'a role that is not in these files']]);
});

it('is told by default what the grants of this repository need', async () => {
  const options = addGrantFileOptions(new Command()).opts<Parameters<typeof readGrants>[0]>();
  const grants = resolve(import.meta.dirname, '../../../../grants');
  expect((await readGrants({ ...options, grants })).map(({ name }) => name)).toContain('own-files');
});
