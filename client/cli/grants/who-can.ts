/** Which grants lead to an action, as far as their files say. */
import type { Grant, GrantStatement } from '../../../core/grants/grant.ts';

const textsOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

const escaped = (text: string): string => text.replace(/[.+^$()|[\]\\{}]/g, '\\$&');

/** IAM's `*` and `?`; `{{placeholders}}` and `${variables}` stand for any text. */
const patternOf = (text: string, flags: string): RegExp =>
  new RegExp(
    `^${text
      .split(/(\{\{[^}]*\}\}|\$\{[^}]*\})/)
      .map((part, index) =>
        index % 2 === 1 ? '.*' : escaped(part).replaceAll('*', '.*').replaceAll('?', '.'),
      )
      .join('')}$`,
    flags,
  );

const covers = (
  { Action, Resource }: GrantStatement,
  action: string,
  resource: string | null,
): boolean =>
  textsOf(Action).some((text) => patternOf(text, 'is').test(action)) &&
  (resource === null || textsOf(Resource).some((text) => patternOf(text, 's').test(resource)));

const allows = (
  statements: readonly GrantStatement[],
  action: string,
  resource: string | null,
): readonly GrantStatement[] =>
  statements.filter(
    (statement) => statement.Effect === 'Allow' && covers(statement, action, resource),
  );

export interface Way {
  readonly grant: Grant;
  /** The role of a `fromToken` grant; null for its only one. */
  readonly role: string | null;
  /** What narrows it further: conditions, or a deny that may apply. */
  readonly subjectTo: readonly ('conditions' | 'a deny' | 'a role that is not in these files')[];
}

/**
 * Every grant with a role that may do this, also where only some values of a placeholder would lead there: it names
 * too many rather than too few.
 * @param action as `s3:GetObject`, without wildcards
 * @param resource an ARN; null for any
 */
export const waysTo = (
  grants: readonly Grant[],
  action: string,
  resource: string | null,
): readonly Way[] =>
  grants.flatMap((grant) => {
    const roles =
      grant.role.fromToken === undefined
        ? [[null, grant.role] as const]
        : Object.entries(grant.role.fromToken);
    const policy = grant.sessionPolicy ?? null;
    return roles.flatMap(([role, { permissions }]): Way[] => {
      const byRole = permissions ? allows(permissions, action, resource) : null;
      const bySession = policy === null ? null : allows(policy, action, resource);
      if (byRole?.length === 0 || bySession?.length === 0) return [];
      const statements = [...(byRole ?? []), ...(bySession ?? [])];
      const denies = [...(permissions ?? []), ...(policy ?? [])].some(
        (statement) => statement.Effect === 'Deny' && covers(statement, action, resource),
      );
      return [
        {
          grant,
          role,
          subjectTo: [
            ...(statements.some(({ Condition }) => Condition) ? (['conditions'] as const) : []),
            ...(denies ? (['a deny'] as const) : []),
            ...(byRole === null ? (['a role that is not in these files'] as const) : []),
          ],
        },
      ];
    });
  });
