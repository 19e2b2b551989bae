import type { Reach } from '../contracts/reach-answer.ts';
import { fillPlaceholders, mapTexts } from '../template.ts';
import type { Grant } from './grant.ts';
import { mappedRoleArn, mappedRolesOf } from './mapped-role.ts';
import { statementLines, whoSentences } from './words.ts';

export interface ReachContext {
  /** As `mappedRoleArn` takes it. */
  readonly mappedRoleArnPrefix: string;
  /** The deployment's own; what the caller's values will be stays a placeholder. */
  readonly templateValues: Readonly<Record<string, string>>;
}

/** What a role may do that is not of these files, nobody can say from here: it is named, not left out. */
export const unknownReach = (roleArn: string): string => `whatever ${roleArn} allows`;

const withoutRepeats = (lines: readonly string[]): string[] => [...new Set(lines)];

export const reachOfGrant = (grant: Grant, context: ReachContext): Reach['grants'][number] => {
  const roles = mappedRolesOf(grant).map((role) => ({
    arn: mappedRoleArn(context.mappedRoleArnPrefix, role),
    permissions: role.role.permissions,
  }));
  const linesOf = (statements: NonNullable<Grant['sessionPolicy']>): readonly string[] =>
    statementLines(
      mapTexts(statements, (text) =>
        fillPlaceholders(text, (name) => context.templateValues[name]),
      ),
    );
  return {
    grant: grant.name,
    description: grant.description,
    use: grant.use,
    clients: [...grant.clients],
    who: [...whoSentences(grant)],
    roles: roles.map(({ arn }) => arn),
    actions: withoutRepeats(
      roles.flatMap(({ arn, permissions }) =>
        permissions === undefined ? [unknownReach(arn)] : linesOf(permissions),
      ),
    ),
    narrowedTo:
      grant.sessionPolicy === undefined ? null : withoutRepeats(linesOf(grant.sessionPolicy)),
    onlyIdentityId: null,
  };
};

/**
 * Who can get what, in words. It depends on the grants alone and keeps their order, so that the reach before a change
 * and after it can be compared line by line.
 */
export const reachOf = (grants: readonly Grant[], context: ReachContext): Reach => ({
  grants: grants.map((grant) => reachOfGrant(grant, context)),
});
