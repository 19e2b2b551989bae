import type { Caller } from '../../core/contracts/caller.ts';
import { StepkeyError } from '../../core/errors.ts';
import type { Clock, OpenIdTokenSource, Sealer, Timer } from '../../core/ports.ts';
import { enterPaidSecond } from '../../core/quota/paid-second.ts';
import { openIdTokenDurationSeconds } from '../../core/session/open-id-token.ts';
import { loginsOf, type LoginContext } from './logins.ts';

export interface ObtainOpenIdTokenWithLoginInput {
  /** Sealed for `caller-token`. */
  readonly sealedToken: string;
  readonly caller: Caller;
  readonly grant: string;
  readonly identityId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The second whose budget has the call. */
  readonly paidEpochSecond: number;
}

/**
 * Obtains the OpenID token with the person's own login beside the developer's, for pools that want both.
 * It is here and not in `exchange` because only this function may open the caller's token for it.
 * @throws Identity.LoginRequired when there is no personal login to add
 * @throws Quota.Elapsed, Identity.Conflict, Upstream.*, Sealing.Failed
 */
export const obtainOpenIdTokenWithLogin = async (
  ports: {
    readonly openIdTokens: OpenIdTokenSource;
    readonly sealer: Pick<Sealer, 'seal' | 'open'>;
    readonly clock: Clock;
    readonly timer: Timer;
  },
  context: LoginContext,
  input: ObtainOpenIdTokenWithLoginInput,
): Promise<{ readonly sealedOpenIdToken: string }> => {
  const { caller, grant, identityId, tags } = input;
  const { developer, personal } = await loginsOf(ports, context, caller, input.sealedToken);
  if (personal === null) throw new StepkeyError('Identity.LoginRequired');
  await enterPaidSecond(ports, input.paidEpochSecond);
  const openIdToken = await ports.openIdTokens.obtain({
    identityId,
    logins: { ...developer, ...personal },
    tags,
    durationSeconds: openIdTokenDurationSeconds,
  });
  return { sealedOpenIdToken: await ports.sealer.seal('openid-token', grant, openIdToken) };
};
