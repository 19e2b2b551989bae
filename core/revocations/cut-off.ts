import { openIdTokenDurationSeconds } from '../session/open-id-token.ts';

/** As far ahead as AWS's own button dates its denial: clocks differ, and a call may be under way. */
const clockLeadSeconds = 30;

/**
 * The second up to which sign-ins are refused and before which issued sessions are denied. An OpenID token that was
 * obtained just before may be exchanged until it ends, so the cut-off lies behind that; and because no session is given
 * to a sign-in before it, nobody gets a session that is denied from the start.
 * @see docs/adr/0020-deny-policy.md
 */
export const cutOffAt = (nowEpochSeconds: number): number =>
  nowEpochSeconds + openIdTokenDurationSeconds + clockLeadSeconds;
