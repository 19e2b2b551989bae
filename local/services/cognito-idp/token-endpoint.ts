/** `/oauth2/token` of the pool's domain: client credentials, and authorization codes with PKCE. */
import { AwsError } from '../../aws.ts';
import type { AuthorizationCodes } from './authorization-codes.ts';
import type { UserPoolContext } from './context.ts';
import type { StoredUserPoolClient } from './model.ts';
import { sameText } from './secret-hash.ts';

export interface TokenAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

class OAuthError extends Error {
  readonly error: string;
  constructor(error: string) {
    super(error);
    this.name = 'OAuthError';
    this.error = error;
  }
}

const refuse = (error: string): never => {
  throw new OAuthError(error);
};

interface PresentedClient {
  readonly id: string;
  readonly secret: string;
}

const presentedClient = (
  form: URLSearchParams,
  authorization: string | undefined,
): PresentedClient => {
  const id = form.get('client_id');
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) {
    if (authorization !== undefined) return refuse('invalid_client');
    return { id: id ?? refuse('invalid_request'), secret: form.get('client_secret') ?? '' };
  }
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const basic = { id: text.slice(0, Math.max(colon, 0)), secret: text.slice(colon + 1) };
  return id === null || id === basic.id ? basic : refuse('invalid_request');
};

const scopesFor = (
  { directory }: UserPoolContext,
  client: StoredUserPoolClient,
  asked: string | null,
): readonly string[] => {
  const known = directory
    .resourceServersOf(client.userPoolId)
    .flatMap(({ identifier, scopes }) => scopes.map((scope) => `${identifier}/${scope}`));
  const allowed = client.allowedOAuthScopes.filter((scope) => known.includes(scope));
  const scopes = asked === null ? allowed : asked.split(' ').filter((scope) => scope !== '');
  if (scopes.length === 0 || !scopes.every((scope) => allowed.includes(scope))) {
    return refuse('invalid_grant');
  }
  return scopes;
};

const metadataIn = (form: URLSearchParams): Record<string, string> => {
  try {
    const metadata: unknown = JSON.parse(form.get('aws_client_metadata') ?? '{}');
    if (typeof metadata === 'object' && metadata !== null) {
      const entries = Object.entries(metadata);
      if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
        return Object.fromEntries(entries);
      }
    }
  } catch {
    // Not JSON: refused below, without repeating it.
  }
  return refuse('invalid_request');
};

/** @see RFC 6749 §4.1.3, RFC 7636 §4.6 */
const redeemCode = async (
  context: UserPoolContext,
  codes: AuthorizationCodes,
  client: StoredUserPoolClient,
  form: URLSearchParams,
): Promise<Record<string, unknown>> => {
  const user = codes.redeem({
    code: form.get('code') ?? refuse('invalid_request'),
    clientId: client.id,
    redirectUri: form.get('redirect_uri') ?? refuse('invalid_request'),
    verifier: form.get('code_verifier') ?? refuse('invalid_request'),
  });
  if (user?.enabled !== true) return refuse('invalid_grant');
  const { signIn, refreshToken } = await context.signIns.start(user, client);
  const issued = await context.tokens.userTokens({
    user,
    client,
    signIn,
    triggerSource: 'TokenGeneration_HostedAuth',
    clientMetadata: {},
  });
  return {
    id_token: issued['IdToken'],
    access_token: issued['AccessToken'],
    refresh_token: refreshToken,
    expires_in: issued['ExpiresIn'],
    token_type: 'Bearer',
  };
};

const issue = async (
  context: UserPoolContext,
  codes: AuthorizationCodes,
  form: URLSearchParams,
  authorization: string | undefined,
): Promise<Record<string, unknown>> => {
  const { directory, secrets, tokens } = context;
  const presented = presentedClient(form, authorization);
  const client = directory.clients.get(presented.id) ?? refuse('invalid_client');
  const secret = await secrets.of(client);
  if (!sameText(secret ?? '', presented.secret)) return refuse('invalid_client');
  const domains = [...directory.domains.entries()];
  if (!domains.some(([, { userPoolId }]) => userPoolId === client.userPoolId)) {
    return refuse('invalid_request');
  }
  const grantType = form.get('grant_type') ?? refuse('invalid_request');
  if (grantType === 'authorization_code') return redeemCode(context, codes, client, form);
  if (grantType !== 'client_credentials') return refuse('unsupported_grant_type');
  // A public client could be anybody.
  if (secret === null) return refuse('invalid_client');
  if (!client.allowedOAuthFlows.includes('client_credentials')) {
    return refuse('unauthorized_client');
  }
  const scopes = scopesFor(context, client, form.get('scope'));
  return {
    access_token: await tokens.machineToken(client, scopes, metadataIn(form)),
    expires_in: client.accessTokenValiditySeconds,
    token_type: 'Bearer',
  };
};

export const createTokenEndpoint =
  (context: UserPoolContext, codes: AuthorizationCodes) =>
  async (form: URLSearchParams, authorization: string | undefined): Promise<TokenAnswer> => {
    try {
      return { status: 200, body: await issue(context, codes, form, authorization) };
    } catch (error) {
      if (error instanceof OAuthError) return { status: 400, body: { error: error.error } };
      // A failing trigger is the caller's to see, as AWS answers it.
      if (error instanceof AwsError) return { status: 400, body: { error: 'invalid_request' } };
      throw error;
    }
  };
