import type { Caller } from '../../core/contracts/caller.ts';
import { StepkeyError } from '../../core/errors.ts';
import type { Sealer } from '../../core/ports.ts';
import type { UserPool } from '../../core/user-pools.ts';

export interface LoginContext {
  readonly userPools: readonly UserPool[];
  readonly developerProvider: string;
  /** `linked` adopts or links the identity of the person's own login; `developer` keeps to the broker's own. */
  readonly identityMode: 'linked' | 'developer';
}

type Logins = Readonly<Record<string, string>>;

/** Whether the person's own login is at hand, and to be linked. An access token, or a machine's, is no login. */
export const canLink = (context: LoginContext, caller: Caller): boolean =>
  context.identityMode === 'linked' && caller.tokenUse === 'id';

/**
 * The logins that speak for a subject at the identity pool.
 * @returns `personal` is null where the person's ID token is not at hand or linking is switched off; else it
 *   holds that token, which is secret
 */
export const loginsOf = async (
  { sealer }: { readonly sealer: Pick<Sealer, 'open'> },
  context: LoginContext,
  caller: Caller,
  sealedToken: string,
): Promise<{ readonly developer: Logins; readonly personal: Logins | null }> => {
  const developer = { [context.developerProvider]: caller.subject };
  if (!canLink(context, caller)) {
    return { developer, personal: null };
  }
  const pool = context.userPools.find(({ alias }) => alias === caller.issuerAlias);
  if (pool === undefined) throw new StepkeyError('Config.Invalid');
  const token = await sealer.open('caller-token', '-', sealedToken);
  return { developer, personal: { [pool.issuer.replace(/^https:\/\//, '')]: token } };
};
