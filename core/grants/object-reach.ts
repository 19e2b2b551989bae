import type { Reach } from '../contracts/reach-answer.ts';
import { fillPlaceholders, mapTexts } from '../template.ts';
import type { Grant, GrantStatement } from './grant.ts';
import { mappedRoleArn, mappedRolesOf } from './mapped-role.ts';
import { isPatternWithin, mayOverlap } from './policy-within.ts';
import { reachOfGrant, unknownReach, type ReachContext } from './reach.ts';
import { statementLines } from './words.ts';

/** An object of S3; the bucket is null where only the key is known. */
export interface NamedObject {
  readonly bucket: string | null;
  readonly key: string;
}

const forms: readonly RegExp[] = [
  /^s3:\/\/(?<bucket>[^/]+)\/(?<key>.+)$/s,
  /^arn:[a-z-]+:s3:::(?<bucket>[^/]+)\/(?<key>.+)$/s,
  /^https:\/\/s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?\/(?<bucket>[^/]+)\/(?<key>[^?]+)/s,
  /^https:\/\/(?<bucket>[^/]+?)\.s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?\/(?<key>[^?]+)/s,
  /^(?![a-z0-9]+:)\/?(?<key>.+)$/is,
];

/** Reads an object as people write it: `s3://bucket/key`, its ARN, its address, or the key alone; null for anything else. */
export const objectNamed = (text: string): NamedObject | null => {
  for (const form of forms) {
    const { bucket, key } = form.exec(text)?.groups ?? {};
    if (key !== undefined) return { bucket: bucket ?? null, key };
  }
  return null;
};

/** The identity's own: IAM's variable in a role, ours in a session policy. */
const identityVariable = /^(?:\$\{cognito-identity\.amazonaws\.com:sub\}|\{\{identityId\}\})$/;
const identityId = '([a-z]{2}(?:-[a-z]+)+-\\d:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})';
const literal = (text: string): string => text.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&');

const anyBucket = 'arn:aws:s3:::';

/** A resource of a statement as it matches objects; what else stands for a value may be any. */
const patternOf = (resource: string): RegExp =>
  new RegExp(
    `^${(resource.match(/\{\{[^}]*\}\}|\$\{[^}]*\}|[^]/g) ?? [])
      .map((token) => {
        if (identityVariable.test(token)) return identityId;
        const escaped = /^\$\{([*?$])\}$/.exec(token)?.[1];
        if (escaped !== undefined) return literal(escaped);
        if (token === '*' || token.length > 2) return '.*';
        return token === '?' ? '.' : literal(token);
      })
      .join('')}$`,
    's',
  );

/** @returns null where the resource is not this object; else the identity that its path names for it */
const matched = (
  resource: string,
  { bucket, key }: NamedObject,
): { readonly identityId: string | null } | null => {
  // Without a bucket, that of the resource is taken. A bucket's name says its partition.
  const ofKey = bucket === null ? /^arn:[^/]*:::[^/]+\/(.+)$/s.exec(resource)?.[1] : undefined;
  const match =
    ofKey === undefined
      ? patternOf(resource.replace(/^arn:[a-z-]+:s3:::/, anyBucket)).exec(
          `${anyBucket}${bucket ?? ''}/${key}`,
        )
      : patternOf(ofKey).exec(key);
  return match === null ? null : { identityId: match[1] ?? null };
};

interface Line {
  readonly statement: GrantStatement;
  readonly action: string;
  readonly identityId: string | null;
}

const textsOf = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value;

const linesOn = (
  statements: readonly GrantStatement[],
  effect: GrantStatement['Effect'],
  object: NamedObject,
): readonly Line[] =>
  statements
    .filter(({ Effect }) => Effect === effect)
    .flatMap((statement) =>
      textsOf(statement.Resource).flatMap((resource) => {
        const match = matched(resource, object);
        return match === null
          ? []
          : textsOf(statement.Action).map((action) => ({
              statement: { ...statement, Action: action, Resource: resource },
              action: action.toLowerCase(),
              ...match,
            }));
      }),
    );

/** A denial without condition, of whoever it is. */
const isDenied = ({ action }: Line, denials: readonly Line[]): boolean =>
  denials.some(
    (denial) =>
      denial.statement.Condition === undefined &&
      !/\$\{[^*?$]|\{\{/.test(String(denial.statement.Resource)) &&
      isPatternWithin(action, denial.action),
  );

/** What two policies allow together: the lines of the first that the second may allow too. */
const allowedByBoth = (lines: readonly Line[], others: readonly Line[]): readonly Line[] =>
  lines.flatMap((line) => {
    const both = others.filter(({ action }) => mayOverlap(line.action, action));
    if (both.length === 0) return [];
    const bound = both.every((other) => other.identityId !== null) ? both[0]?.identityId : null;
    return [{ ...line, identityId: line.identityId ?? bound ?? null }];
  });

interface Way {
  readonly arn: string;
  readonly lines: readonly Line[];
  readonly words: readonly string[];
}

/** @param narrowed what the session policy allows there; null where there is none */
const wayBy = (
  arn: string,
  permissions: readonly GrantStatement[] | null,
  narrowed: readonly Line[] | null,
  denials: readonly Line[],
  object: NamedObject,
): readonly Way[] => {
  if (permissions === null) {
    const lines = (narrowed ?? []).filter((line) => !isDenied(line, denials));
    return narrowed === null || lines.length > 0
      ? [{ arn, lines, words: [unknownReach(arn)] }]
      : [];
  }
  const allDenials = [...denials, ...linesOn(permissions, 'Deny', object)];
  const allowed = linesOn(permissions, 'Allow', object);
  const lines = (narrowed === null ? allowed : allowedByBoth(allowed, narrowed)).filter(
    (line) => !isDenied(line, allDenials),
  );
  const words = statementLines([...lines, ...allDenials].map(({ statement }) => statement));
  return lines.length === 0 ? [] : [{ arn, lines, words }];
};

const onlyIdentityOf = (ways: readonly Way[]): string | null => {
  const identities = ways.flatMap(({ lines }) => lines.map((line) => line.identityId));
  return identities.includes(null) ? null : (identities[0] ?? null);
};

const withoutRepeats = (lines: readonly string[]): string[] => [...new Set(lines)];

const reachByGrant = (
  grant: Grant,
  context: ReachContext,
  object: NamedObject,
): Reach['grants'] => {
  const filled = (statements: readonly GrantStatement[]) =>
    mapTexts(statements, (text) => fillPlaceholders(text, (name) => context.templateValues[name]));
  const policy = grant.sessionPolicy === undefined ? null : filled(grant.sessionPolicy);
  const narrowed = policy === null ? null : linesOn(policy, 'Allow', object);
  const denials = linesOn(policy ?? [], 'Deny', object);
  const ways = mappedRolesOf(grant).flatMap((role) => {
    const { permissions } = role.role;
    return wayBy(
      mappedRoleArn(context.mappedRoleArnPrefix, role),
      permissions === undefined ? null : filled(permissions),
      narrowed,
      denials,
      object,
    );
  });
  if (ways.length === 0) return [];
  return [
    {
      ...reachOfGrant(grant, context),
      roles: ways.map(({ arn }) => arn),
      actions: withoutRepeats(ways.flatMap(({ words }) => words)),
      narrowedTo:
        narrowed === null
          ? null
          : withoutRepeats(statementLines(narrowed.map(({ statement }) => statement))),
      onlyIdentityId: onlyIdentityOf(ways),
    },
  ];
};

/**
 * The grants that lead to an object, each with what it allows there and no more; too many rather than too few, since the
 * values of claims are not known. Where the path names an identity, and a grant is for each identity's own, nobody else
 * gets there by it.
 */
export const reachOfObject = (
  grants: readonly Grant[],
  context: ReachContext,
  object: NamedObject,
): Reach => ({ grants: grants.flatMap((grant) => reachByGrant(grant, context, object)) });
