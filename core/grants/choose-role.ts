import type { Caller } from '../contracts/caller.ts';
import { StepkeyError } from '../errors.ts';
import type { Grant } from './grant.ts';
import { mappedRoleArn, mappedRolesOf } from './mapped-role.ts';

/**
 * Chooses the role of an allowed grant. A grant with one role gives that. A `fromToken` grant gives a role
 * that the token names and the grant allows, compared as whole ARNs: the one asked for, else the preferred
 * one, else the only one.
 * @throws Role.NotMapped when a role is asked for that the grant does not give this caller, or none is left
 * @throws Role.Ambiguous naming the roles when several are left and none is preferred
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html
 */
export const chooseRole = (
  grant: Grant,
  caller: Caller,
  asked: string | null,
  mappedRoleArnPrefix: string,
): string => {
  // control SEC-02
  const allowed = mappedRolesOf(grant).map((role) => mappedRoleArn(mappedRoleArnPrefix, role));
  if (grant.role.fromToken === undefined) {
    const [only] = allowed;
    if (only === undefined || (asked !== null && asked !== only)) {
      throw new StepkeyError('Role.NotMapped');
    }
    return only;
  }
  const available = allowed.filter((arn) => caller.roles.includes(arn));
  const wanted = asked ?? preferredAmong(available, caller.preferredRole);
  if (wanted === null && available.length > 1) {
    throw new StepkeyError('Role.Ambiguous', { choices: available });
  }
  if (wanted === null || !available.includes(wanted)) throw new StepkeyError('Role.NotMapped');
  return wanted;
};

/** A preferred role that the grant does not allow decides nothing. */
const preferredAmong = (available: readonly string[], preferred: string | null): string | null => {
  if (preferred !== null && available.includes(preferred)) return preferred;
  return available.length === 1 ? (available[0] ?? null) : null;
};
