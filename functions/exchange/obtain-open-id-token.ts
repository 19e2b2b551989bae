import type { Clock, OpenIdTokenSource, Sealer, Timer } from '../../core/ports.ts';
import { enterPaidSecond } from '../../core/quota/paid-second.ts';
import { openIdTokenDurationSeconds } from '../../core/session/open-id-token.ts';

export interface ObtainOpenIdTokenInput {
  readonly grant: string;
  readonly subject: string;
  readonly identityId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The second whose budget has the call. */
  readonly paidEpochSecond: number;
}

/**
 * Obtains an OpenID token for the developer identity and hands it on sealed.
 * @returns the token sealed for `openid-token`
 * @throws Quota.Elapsed, Identity.LoginRequired, Identity.Conflict, Upstream.*
 */
export const obtainOpenIdToken = async (
  ports: {
    readonly openIdTokens: OpenIdTokenSource;
    readonly sealer: Pick<Sealer, 'seal'>;
    readonly clock: Clock;
    readonly timer: Timer;
  },
  { developerProvider }: { readonly developerProvider: string },
  { grant, subject, identityId, tags, paidEpochSecond }: ObtainOpenIdTokenInput,
): Promise<{ readonly sealedOpenIdToken: string }> => {
  await enterPaidSecond(ports, paidEpochSecond);
  const openIdToken = await ports.openIdTokens.obtain({
    identityId,
    logins: { [developerProvider]: subject },
    tags,
    durationSeconds: openIdTokenDurationSeconds,
  });
  return { sealedOpenIdToken: await ports.sealer.seal('openid-token', grant, openIdToken) };
};
