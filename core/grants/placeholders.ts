import { claimPrefix, isSubjectPlaceholder } from '../session/subject-values.ts';
import { fillPlaceholders, placeholdersIn } from '../template.ts';
import type { FaultAt } from '../file-faults.ts';
import type { Grant, GrantStatement } from './grant.ts';
import { mappedRolesOf } from './mapped-role.ts';

type Path = readonly PropertyKey[];

/** Every fault in the placeholders of a grant: unknown names, and places where a value could widen what it narrows. */
export const placeholderFaults = (
  grant: Grant,
  templateValues: readonly string[],
): readonly FaultAt[] => {
  const isKnown = (name: string) => templateValues.includes(name);
  const isKnownOrSubject = (name: string) => isKnown(name) || isSubjectPlaceholder(name);
  return [
    ...mappedRolesOf(grant).flatMap(({ key, role }) =>
      statementFaults(
        role.permissions ?? [],
        ['role', ...(key === null ? [] : ['fromToken', key]), 'permissions'],
        isKnown,
      ),
    ),
    ...statementFaults(grant.sessionPolicy ?? [], ['sessionPolicy'], isKnownOrSubject),
    ...Object.entries(grant.tags).flatMap(([key, text]) => [
      ...unknownFaults(
        text,
        ['tags', key],
        (name) => isKnownOrSubject(name) && name !== 'identityId',
      ),
      ...braceFaults(text, ['tags', key]),
    ]),
  ];
};

/** The claims whose values a grant needs beyond groups and roles. */
export const claimsReferencedBy = (grant: Grant): readonly string[] => [
  ...grant.rules.flatMap(({ when }) => Object.keys(when.claims ?? {})),
  ...[JSON.stringify(grant.sessionPolicy ?? []), ...Object.values(grant.tags)]
    .flatMap(placeholdersIn)
    .filter((name) => name.startsWith(claimPrefix))
    .map((name) => name.slice(claimPrefix.length)),
];

const statementFaults = (
  statements: readonly GrantStatement[],
  at: Path,
  isKnown: (name: string) => boolean,
): readonly FaultAt[] =>
  statements.flatMap((statement, index) => [
    ...[
      ...textsOf(statement.Action, [...at, index, 'Action']),
      ...Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
        Object.keys(keys).map((key) => ({
          path: [...at, index, 'Condition', operator, key],
          text: key,
        })),
      ),
    ].flatMap(({ path, text }) =>
      text.includes('{{') ? [{ path, reason: 'may not depend on a value' }] : [],
    ),
    ...[
      ...textsOf(statement.Resource, [...at, index, 'Resource']),
      ...Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
        Object.entries(keys).flatMap(([key, value]) =>
          textsOf(value, [...at, index, 'Condition', operator, key]),
        ),
      ),
    ].flatMap(({ path, text }) => [
      ...unknownFaults(text, path, isKnown),
      ...boundaryFaults(text, path),
      ...braceFaults(text, path),
    ]),
  ]);

const textsOf = (value: string | readonly string[], path: Path) =>
  typeof value === 'string'
    ? [{ path, text: value }]
    : value.map((text, index) => ({ path: [...path, index], text }));

const unknownFaults = (
  text: string,
  path: Path,
  isKnown: (name: string) => boolean,
): readonly FaultAt[] =>
  placeholdersIn(text)
    .filter((name) => !isKnown(name))
    .map((name) => ({ path, reason: `{{${name}}} is not a placeholder that may stand here` }));

/** No value may hold these, so a value between two of them cannot reach beyond its place. */
const delimiters = ['', '/', '#'];

/**
 * A subject's value must fill a whole segment: `private/{{sub}}*` would also match the cousin whose
 * value merely begins alike.
 */
const boundaryFaults = (text: string, path: Path): readonly FaultAt[] =>
  [...text.matchAll(/\{\{([^{}]*)\}\}/g)].flatMap(({ 0: whole, 1: name = '', index }) => {
    const around = [text.slice(Math.max(index - 1, 0), index), text[index + whole.length] ?? ''];
    return isSubjectPlaceholder(name) && !around.every((one) => delimiters.includes(one))
      ? [{ path, reason: `{{${name}}} must fill a whole segment between / or #` }]
      : [];
  });

/** Braces that open or close nothing would only be noticed at a request. */
const braceFaults = (text: string, path: Path): readonly FaultAt[] =>
  /\{\{|\}\}/.test(fillPlaceholders(text, () => ''))
    ? [{ path, reason: 'has braces that are no placeholder' }]
    : [];
