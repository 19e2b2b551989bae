import type { Caller } from '../contracts/caller.ts';
import type { Digest } from '../ports.ts';

/**
 * Names the role session for CloudTrail: the subject's `sub` where STS allows it, else a hash of it, so that
 * two subjects never share a name; then a short hash of the actor, if there is one, after a `+` that is in no `sub`.
 * The full values are in the tags and the ledger.
 * @returns 2–64 characters of `[\w+=,.@-]`
 * @see STS API Reference, AssumeRoleWithWebIdentity: RoleSessionName
 */
export const sessionNameOf = (
  { sub, actor }: Pick<Caller, 'sub' | 'actor'>,
  digest: Digest,
): string => {
  const suffix = actor === null ? '' : `+${digest.sha256Hex(actor).slice(0, 8)}`;
  const isReadable = /^[\w=.@-]{2,64}$/.test(sub) && sub.length + suffix.length <= 64;
  return `${isReadable ? sub : `sub,${digest.sha256Hex(sub).slice(0, 40)}`}${suffix}`;
};
