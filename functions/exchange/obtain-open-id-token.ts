import type { OpenIdTokenSource, Sealer } from '../../core/ports.ts';
import { openIdTokenDurationSeconds } from '../../core/session/open-id-token.ts';

export interface ObtainOpenIdTokenInput {
  readonly grant: string;
  readonly subject: string;
  readonly identityId: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Obtains an OpenID token for the developer identity and hands it on sealed.
 * @returns the token sealed for `openid-token`
 * @throws Identity.LoginRequired, Identity.Conflict, Upstream.*
 */
export const obtainOpenIdToken = async (
  ports: { readonly openIdTokens: OpenIdTokenSource; readonly sealer: Pick<Sealer, 'seal'> },
  { developerProvider }: { readonly developerProvider: string },
  { grant, subject, identityId, tags }: ObtainOpenIdTokenInput,
): Promise<{ readonly sealedOpenIdToken: string }> => {
  const openIdToken = await ports.openIdTokens.obtain({
    identityId,
    logins: { [developerProvider]: subject },
    tags,
    durationSeconds: openIdTokenDurationSeconds,
  });
  return { sealedOpenIdToken: await ports.sealer.seal('openid-token', grant, openIdToken) };
};
