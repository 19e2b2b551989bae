/** Sign-in at the user pool's managed login: authorization code with PKCE, no secret in the browser. @see RFC 7636 */

export interface SignInSettings {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  /** This page, exactly as the app client lists it. */
  readonly redirectUri: string;
}

/** What this page must still know when it is come back to; keep it for this tab only (`sessionStorage`). */
export interface StartedSignIn {
  readonly url: string;
  readonly state: string;
  readonly verifier: string;
}

const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

const randomText = (): string => base64Url(crypto.getRandomValues(new Uint8Array(32)));

export const startSignIn = async (settings: SignInSettings): Promise<StartedSignIn> => {
  const verifier = randomText();
  const state = randomText();
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const url = new URL(settings.authorizationEndpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: settings.clientId,
    redirect_uri: settings.redirectUri,
    scope: 'openid',
    state,
    code_challenge: base64Url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  }).toString();
  return { url: url.href, state, verifier };
};

/**
 * The person's ID token, for the code in the address that managed login came back to.
 * @throws Error where the answer is not to the question that this tab asked, or the code is not taken
 */
export const finishSignIn = async (
  settings: SignInSettings,
  started: Pick<StartedSignIn, 'state' | 'verifier'>,
  address: string,
): Promise<string> => {
  const { searchParams } = new URL(address);
  if (searchParams.get('state') !== started.state) throw new Error('This is no answer to us.');
  const answer = await fetch(settings.tokenEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: settings.clientId,
      redirect_uri: settings.redirectUri,
      code: searchParams.get('code') ?? '',
      code_verifier: started.verifier,
    }).toString(),
  });
  if (!answer.ok) throw new Error('The sign-in was not accepted.');
  return ((await answer.json()) as { id_token: string }).id_token;
};
