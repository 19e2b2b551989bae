import type { Caller } from '../contracts/caller.ts';
import { StepkeyError } from '../errors.ts';
import type { Grant } from '../grants/grant.ts';
import type { DirectoryUser, UserDirectory } from '../ports.ts';
import type { AuthenticationContext } from '../token/authenticate.ts';
import { requireEntitled } from './entitlement.ts';
import { claimsOfAttributes } from './stored-attributes.ts';
import { readSubjectName } from './subject-name.ts';

/**
 * Accounts that may be acted for. One that an administrator made counts before its first sign-in, because a job may
 * come first; one that nobody confirmed, or that was archived or found compromised, does not.
 * @see Cognito API Reference, UserType: UserStatus
 */
const activeStatuses = new Set([
  'CONFIRMED',
  'EXTERNAL_PROVIDER',
  'FORCE_CHANGE_PASSWORD',
  'RESET_REQUIRED',
]);

interface SubjectContext extends AuthenticationContext {
  readonly grants: readonly Grant[];
}

/**
 * Establishes whom a request is for. Where a machine names a subject, everything that a decision depends on is read
 * from the user directory; of the machine's token only what is about the token and its client stays.
 * @param onBehalfOf the subject as the machine spelled it; null where the presenter asks for itself
 * @throws Token.ScopeMissing, Actor.Refused as `requireEntitled`; Grant.Refused when no grant lets the client act
 * @throws Subject.Unavailable for a subject that is unknown, deleted, disabled or of another pool: one name for all
 * @throws Upstream.Throttled, Upstream.Unavailable, Upstream.Misconfigured when the directory does not answer
 */
export const resolveSubject = async (
  { users }: { readonly users: UserDirectory },
  context: SubjectContext,
  presenter: Caller,
  onBehalfOf: string | null,
): Promise<Caller> => {
  // control SEC-21
  requireEntitled(presenter, onBehalfOf);
  if (onBehalfOf === null) return presenter;
  // Whom no grant lets act learns nothing about anybody.
  const { client } = presenter;
  if (!context.grants.some(({ use, clients }) => use === 'act-as' && clients.includes(client))) {
    throw new StepkeyError('Grant.Refused');
  }
  const pool = context.userPools.find(({ alias }) => alias === presenter.issuerAlias);
  if (pool === undefined) throw new StepkeyError('Config.Invalid');
  const aliases = context.userPools.map(({ alias }) => alias);
  const name = readSubjectName(onBehalfOf, pool, aliases);
  const user = name === null ? null : await users.find(pool, name);
  if (user === null || !isActive(user)) throw new StepkeyError('Subject.Unavailable');
  return {
    ...presenter,
    subject: `${pool.alias}:${user.sub}`,
    sub: user.sub,
    username: user.username,
    actor: client,
    kind: 'person',
    groups: user.groups,
    // What only a token of the person says.
    roles: [],
    preferredRole: null,
    claims: claimsOfAttributes(user.attributes, context.referencedClaims),
  };
};

/** Whether an account may have credentials, as the directory shows it. */
export const isActive = ({ enabled, status }: DirectoryUser): boolean =>
  enabled && activeStatuses.has(status);
