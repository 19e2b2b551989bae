import { faultIn, type FaultAt, type FileFault } from '../file-faults.ts';
import { fillPlaceholders, mapTexts } from '../template.ts';
import type { Grant, GrantStatement } from './grant.ts';
import { mappedRolesOf } from './mapped-role.ts';
import { isPatternWithin } from './policy-within.ts';

/** What a deployment takes, and a reviewer should look at twice. */

/** @see STS API Reference, AssumeRoleWithWebIdentity: Policy */
const maximumSessionPolicyCharacters = 2048;
/** @see IAM quotas: inline policies of a role, managed policies; white space does not count */
const maximumRolePolicyCharacters = 10_240;
const maximumBoundaryCharacters = 6144;

/** How long a value can be; what is not listed is a claim's, or the deployment's own. */
const longestValueCharacters: Readonly<Record<string, number>> = {
  identityId: 55,
  subject: 160,
  sub: 128,
  client: 32,
  partition: 10,
  region: 14,
  accountId: 12,
  bucket: 63,
};
const longestClaimCharacters = 256;

const textsOf = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value;

type Path = readonly PropertyKey[];

const policiesOf = (
  grant: Grant,
): readonly { readonly at: Path; readonly statements: readonly GrantStatement[] }[] =>
  mappedRolesOf(grant).map(({ key, role }) => ({
    at: ['role', ...(key === null ? [] : ['fromToken', key]), 'permissions'],
    statements: role.permissions ?? [],
  }));

const actionNotes = (action: string, path: Path): readonly FaultAt[] => {
  if (!action.includes('*') && !action.includes('?')) return [];
  const reason = /^(\*|[^:]*:\*)$/.test(action)
    ? `"${action}" allows every action, also those that AWS adds later; name those that are needed`
    : `"${action}" allows also what AWS adds later; name the actions`;
  return [{ path, reason }];
};

const resourceNotes = (resource: string, path: Path): readonly FaultAt[] => {
  if (/^\*+$/.test(resource)) return [{ path, reason: 'is every resource of the account' }];
  if (/^arn:[^:]*:s3:::[^/]*\/\*+$/.test(resource)) {
    return [{ path, reason: 'is the whole bucket; begin with a prefix' }];
  }
  return /[^/:#*?]\*+$/.test(resource)
    ? [{ path, reason: 'ends within a name: it takes every longer name too; end with /*' }]
    : [];
};

const listsBuckets = (action: string): boolean =>
  ['s3:listbucket', 's3:listbucketversions'].some((one) =>
    isPatternWithin(one, action.toLowerCase()),
  );

const hasPrefixCondition = ({ Condition = {} }: GrantStatement): boolean =>
  Object.values(Condition).some((keys) =>
    Object.entries(keys).some(
      ([key, values]) =>
        key.toLowerCase() === 's3:prefix' && textsOf(values).every((value) => !/^\**$/.test(value)),
    ),
  );

const statementNotes = (statement: GrantStatement, at: Path): readonly FaultAt[] => {
  if (statement.Effect === 'Deny') return [];
  const actions = textsOf(statement.Action);
  return [
    ...actions.flatMap((action) => actionNotes(action, [...at, 'Action'])),
    ...textsOf(statement.Resource).flatMap((resource) =>
      resourceNotes(resource, [...at, 'Resource']),
    ),
    ...(actions.some(listsBuckets) && !hasPrefixCondition(statement)
      ? [{ path: [...at, 'Condition'], reason: 'lists the whole bucket: s3:prefix is missing' }]
      : []),
  ];
};

const roleNotes = (grant: Grant): readonly FaultAt[] =>
  mappedRolesOf(grant).flatMap(({ key, role }) =>
    role.arn === undefined
      ? []
      : [
          {
            path: ['role', ...(key === null ? [] : ['fromToken', key]), 'arn'],
            reason:
              'is made elsewhere: see that it has a permissions boundary and the policy that denies what was revoked',
          },
        ],
  );

/** With every value as long as it may be. */
const longest = (text: string): string =>
  fillPlaceholders(text, (name) =>
    'x'.repeat(longestValueCharacters[name] ?? longestClaimCharacters),
  );

const charactersOf = (statements: readonly GrantStatement[]): number =>
  JSON.stringify({ Version: '2012-10-17', Statement: mapTexts(statements, longest) }).length;

const sizeNotes = (grant: Grant): readonly FaultAt[] => {
  const tooLong = (path: Path, statements: readonly GrantStatement[], most: number) => {
    const characters = charactersOf(statements);
    return characters <= most
      ? []
      : [
          {
            path,
            reason: `may have ${String(characters)} characters with the longest values; AWS takes ${String(most)}`,
          },
        ];
  };
  return [
    ...policiesOf(grant).flatMap(({ at, statements }) =>
      tooLong(at, statements, maximumRolePolicyCharacters),
    ),
    ...tooLong(['sessionPolicy'], grant.sessionPolicy ?? [], maximumSessionPolicyCharacters),
  ];
};

/** All roles share one boundary, which names every action that some grant allows. */
const boundaryNotes = (grants: readonly Grant[]): readonly FileFault[] => {
  const actions = grants
    .flatMap(policiesOf)
    .flatMap(({ statements }) => statements)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action }) => textsOf(Action));
  const Action = [...new Set(actions)];
  const characters = charactersOf([
    { Sid: 'ActionsOfGrants', Effect: 'Allow', Action, Resource: '*' },
  ]);
  return characters <= maximumBoundaryCharacters
    ? []
    : [
        {
          file: '*.json',
          path: 'role',
          reason: `all actions together make a permissions boundary of ${String(characters)} characters; AWS takes ${String(maximumBoundaryCharacters)}`,
        },
      ];
};

/** What is worth a second look in grants that have no fault. */
export const lintGrants = (grants: readonly Grant[]): readonly FileFault[] => [
  ...grants.flatMap((grant) =>
    [
      ...policiesOf(grant).flatMap(({ at, statements }) =>
        statements.flatMap((statement, index) => statementNotes(statement, [...at, index])),
      ),
      ...roleNotes(grant),
      ...sizeNotes(grant),
    ].map((note) => faultIn(`${grant.name}.json`, note)),
  ),
  ...boundaryNotes(grants),
];
