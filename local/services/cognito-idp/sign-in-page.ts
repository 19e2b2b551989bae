/** `/oauth2/authorize` of the pool's domain: a form in place of managed login, and the way back with a code. */
import type { ReceivedRequest } from '../../wire/received-request.ts';
import type { WireAnswer } from '../../wire/wire-answer.ts';
import type { AuthorizationCodes } from './authorization-codes.ts';
import type { UserPoolContext } from './context.ts';
import type { StoredUserPoolClient } from './model.ts';
import { passwordMatches } from './passwords.ts';

export type SignInPage = (request: ReceivedRequest) => Promise<WireAnswer>;

interface Asked {
  readonly client: StoredUserPoolClient;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly state: string | null;
}

const page = (status: number, content: string): WireAnswer => ({
  status,
  headers: {
    'content-type': 'text/html;charset=UTF-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  },
  body: `<!doctype html><title>Sign in</title><main>${content}</main>`,
});

const form = (sentence: string): string =>
  `<p role="status">${sentence}</p><form method="post"><label>User name <input name="username" autocomplete="username"></label> <label>Password <input name="password" type="password" autocomplete="current-password"></label> <button>Sign in</button></form>`;

/** Null for a request that must not lead anywhere: an unknown client or address is never redirected to. */
const readAsked = ({ directory }: UserPoolContext, query: URLSearchParams): Asked | null => {
  const client = directory.clients.get(query.get('client_id') ?? '');
  const redirectUri = query.get('redirect_uri') ?? '';
  const challenge = query.get('code_challenge') ?? '';
  if (
    client === undefined ||
    !client.allowedOAuthFlows.includes('code') ||
    client.callbackUrls?.includes(redirectUri) !== true ||
    query.get('response_type') !== 'code' ||
    query.get('code_challenge_method') !== 'S256' ||
    !/^[\w-]{43}$/.test(challenge)
  ) {
    return null;
  }
  return { client, redirectUri, challenge, state: query.get('state') };
};

export const createSignInPage =
  (context: UserPoolContext, codes: AuthorizationCodes): SignInPage =>
  async (request) => {
    const asked = readAsked(
      context,
      new URLSearchParams(request.query.map(([name, value]): [string, string] => [name, value])),
    );
    if (asked === null) return page(400, '<p role="status">This request is not valid.</p>');
    if (request.method !== 'POST') return page(200, form('Sign in'));
    const given = new URLSearchParams(request.body.toString('utf8'));
    const user = context.directory.findUser(asked.client.userPoolId, given.get('username') ?? '');
    const isProved =
      user !== null &&
      user.enabled &&
      user.status === 'CONFIRMED' &&
      (await passwordMatches(given.get('password') ?? '', user.passwordHash));
    if (!isProved) return page(200, form('Incorrect username or password.'));
    const code = codes.issue({
      user,
      clientId: asked.client.id,
      redirectUri: asked.redirectUri,
      challenge: asked.challenge,
    });
    const back = new URL(asked.redirectUri);
    back.searchParams.set('code', code);
    if (asked.state !== null) back.searchParams.set('state', asked.state);
    return {
      status: 302,
      headers: { location: back.href, 'cache-control': 'no-store' },
      body: '',
    };
  };
