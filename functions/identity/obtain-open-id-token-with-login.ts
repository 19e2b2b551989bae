import type { Caller } from '../../core/contracts/caller.ts';
import { StepkeyError } from '../../core/errors.ts';
import type { OpenIdTokenSource, Sealer } from '../../core/ports.ts';
import { openIdTokenDurationSeconds } from '../../core/session/open-id-token.ts';
import { loginsOf, type LoginContext } from './logins.ts';

export interface ObtainOpenIdTokenWithLoginInput {
  /** Sealed for `caller-token`. */
  readonly sealedToken: string;
  readonly caller: Caller;
  readonly grant: string;
  readonly identityId: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Obtains the OpenID token with the person's own login beside the developer's, for pools that want both.
 * It is here and not in `exchange` because only this function may open the caller's token for it.
 * @throws Identity.LoginRequired when there is no personal login to add
 * @throws Identity.Conflict, Upstream.*, Sealing.Failed
 */
export const obtainOpenIdTokenWithLogin = async (
  ports: { readonly openIdTokens: OpenIdTokenSource; readonly sealer: Sealer },
  context: LoginContext,
  { sealedToken, caller, grant, identityId, tags }: ObtainOpenIdTokenWithLoginInput,
): Promise<{ readonly sealedOpenIdToken: string }> => {
  const { developer, personal } = await loginsOf(ports, context, caller, sealedToken);
  if (personal === null) throw new StepkeyError('Identity.LoginRequired');
  const openIdToken = await ports.openIdTokens.obtain({
    identityId,
    logins: { ...developer, ...personal },
    tags,
    durationSeconds: openIdTokenDurationSeconds,
  });
  return { sealedOpenIdToken: await ports.sealer.seal('openid-token', grant, openIdToken) };
};
