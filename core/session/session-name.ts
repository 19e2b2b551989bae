import type { Digest } from '../ports.ts';

/**
 * Names the role session for CloudTrail: the subject's `sub` where STS allows it, else a hash of it, so that
 * two subjects never share a name. The full values are in the tags and the ledger.
 * @returns 2–64 characters of `[\w+=,.@-]`
 * @see STS API Reference, AssumeRoleWithWebIdentity: RoleSessionName
 */
export const sessionNameOf = (sub: string, digest: Digest): string =>
  /^[\w=.@-]{2,64}$/.test(sub) ? sub : `sub,${digest.sha256Hex(sub).slice(0, 40)}`;
