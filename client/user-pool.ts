/** The user pool's calls that need no AWS credentials, as a public or confidential app client makes them. */
import { createHmac } from 'node:crypto';

/** A refusal of the user pool, by the name and in the words of AWS. */
export class UserPoolRefusal extends Error {
  override readonly name = 'UserPoolRefusal';
  /** `NotAuthorizedException`, `UserNotFoundException`, … or OAuth's `invalid_client`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Nothing answered, or not as a user pool does. */
export class UserPoolUnavailable extends Error {
  override readonly name = 'UserPoolUnavailable';
}

export interface AppClient {
  /** https, or http on this machine. */
  readonly endpoint: string;
  readonly clientId: string;
  /** Null for a public client. */
  readonly clientSecret: string | null;
}

export interface Tokens {
  readonly idToken: string | null;
  readonly accessToken: string;
  /** Null where the sign-in gave none, as a refresh without rotation. */
  readonly refreshToken: string | null;
}

export interface Challenge {
  readonly name: string;
  readonly session: string | null;
  readonly parameters: Readonly<Record<string, string>>;
}

export type SignInStep = { readonly tokens: Tokens } | { readonly challenge: Challenge };

const timeoutMillis = 15_000;

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html (computing SECRET_HASH) */
const secretHashOf = (
  { clientId, clientSecret }: AppClient,
  username: string,
): Record<string, string> =>
  clientSecret === null
    ? {}
    : {
        SECRET_HASH: createHmac('sha256', clientSecret)
          .update(username + clientId)
          .digest('base64'),
      };

const post = async (
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number; answer: Record<string, unknown> }> => {
  let status: number;
  let text: string;
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMillis),
    });
    status = answer.status;
    text = await answer.text();
  } catch (error) {
    throw new UserPoolUnavailable(`The user pool at ${url} did not answer.`, { cause: error });
  }
  try {
    const answer: unknown = text === '' ? {} : JSON.parse(text);
    if (typeof answer === 'object' && answer !== null) {
      return { status, answer: answer as Record<string, unknown> };
    }
  } catch {
    // As below.
  }
  throw new UserPoolUnavailable(`What answers at ${url} is not a user pool.`);
};

const textIn = (value: Record<string, unknown>, name: string): string | null =>
  typeof value[name] === 'string' ? value[name] : null;

const call = async (
  client: AppClient,
  operation: string,
  input: object,
): Promise<Record<string, unknown>> => {
  const { status, answer } = await post(
    `${client.endpoint}/`,
    {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
    },
    JSON.stringify(input),
  );
  if (status < 400) return answer;
  const code = (textIn(answer, '__type') ?? 'Unknown').replace(/^.*#/, '');
  const message = textIn(answer, 'message') ?? textIn(answer, 'Message') ?? code;
  if (status >= 500 || code === 'TooManyRequestsException' || code === 'InternalErrorException') {
    throw new UserPoolUnavailable(`The user pool answered: ${message}`);
  }
  throw new UserPoolRefusal(code, message);
};

const stepOf = (answer: Record<string, unknown>): SignInStep => {
  const result = answer['AuthenticationResult'] as Record<string, unknown> | null | undefined;
  const accessToken = result ? textIn(result, 'AccessToken') : null;
  if (result && accessToken !== null) {
    return {
      tokens: {
        accessToken,
        idToken: textIn(result, 'IdToken'),
        refreshToken: textIn(result, 'RefreshToken'),
      },
    };
  }
  const name = textIn(answer, 'ChallengeName');
  if (name === null)
    throw new UserPoolUnavailable('The user pool gave neither tokens nor a question.');
  return {
    challenge: {
      name,
      session: textIn(answer, 'Session'),
      parameters: (answer['ChallengeParameters'] ?? {}) as Record<string, string>,
    },
  };
};

/** @throws UserPoolRefusal, UserPoolUnavailable; so do all below */
export const initiateAuth = async (
  client: AppClient,
  flow: 'USER_PASSWORD_AUTH' | 'USER_SRP_AUTH',
  username: string,
  parameters: Record<string, string>,
): Promise<SignInStep> =>
  stepOf(
    await call(client, 'InitiateAuth', {
      AuthFlow: flow,
      ClientId: client.clientId,
      AuthParameters: { USERNAME: username, ...parameters, ...secretHashOf(client, username) },
    }),
  );

/** @param username as the challenge names the user */
export const respondToChallenge = async (
  client: AppClient,
  challenge: Challenge,
  username: string,
  responses: Record<string, string>,
): Promise<SignInStep> =>
  stepOf(
    await call(client, 'RespondToAuthChallenge', {
      ClientId: client.clientId,
      ChallengeName: challenge.name,
      ...(challenge.session === null ? {} : { Session: challenge.session }),
      ChallengeResponses: { USERNAME: username, ...responses, ...secretHashOf(client, username) },
    }),
  );

/** @param username as the tokens name the user: the secret's hash is over it */
export const refreshTokens = async (
  client: AppClient,
  username: string,
  refreshToken: string,
): Promise<Tokens> => {
  const step = stepOf(
    await call(client, 'InitiateAuth', {
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      ClientId: client.clientId,
      AuthParameters: { REFRESH_TOKEN: refreshToken, ...secretHashOf(client, username) },
    }),
  );
  if ('tokens' in step) return step.tokens;
  throw new UserPoolRefusal(
    step.challenge.name,
    'The user pool asks for more than a refresh token.',
  );
};

export const revokeToken = async (client: AppClient, refreshToken: string): Promise<void> => {
  await call(client, 'RevokeToken', {
    ClientId: client.clientId,
    Token: refreshToken,
    ...(client.clientSecret === null ? {} : { ClientSecret: client.clientSecret }),
  });
};

/** A machine's own access token. @see RFC 6749 §4.4 */
export const clientCredentialsToken = async (
  client: Pick<AppClient, 'clientId'> & { readonly clientSecret: string },
  tokenEndpoint: string,
  scopes: readonly string[],
): Promise<string> => {
  const { status, answer } = await post(
    tokenEndpoint,
    {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`,
    },
    new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' ') }).toString(),
  );
  const token = textIn(answer, 'access_token');
  if (status < 400 && token !== null) return token;
  const code = textIn(answer, 'error') ?? 'unknown';
  if (status >= 500) throw new UserPoolUnavailable(`The token endpoint answered: ${code}`);
  throw new UserPoolRefusal(code, textIn(answer, 'error_description') ?? code);
};
