/** The audit page of the twin: people sign in with their user name and password, as to any app of the pool. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createConsoleHandler } from '../client/console/console-handler.ts';
import type { ConsoleSession } from '../client/console/console-sessions.ts';
import { readPageFiles } from '../client/console/page-files.ts';
import type { Endpoints } from './endpoints.ts';

interface AuthenticationResult {
  readonly AccessToken: string;
  readonly RefreshToken?: string;
  readonly ExpiresIn: number;
}

/** A token with less life than this is replaced before it is used. */
const marginMillis = 60_000;

/** @param pageDirectory the built page */
export const serveConsole = (
  endpoints: Pick<Endpoints, 'api' | 'aws' | 'clients'>,
  pageDirectory: string,
): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
  const authenticate = async (
    flow: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<AuthenticationResult | null> => {
    const answer = await fetch(endpoints.aws, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
      },
      body: JSON.stringify({
        AuthFlow: flow,
        ClientId: endpoints.clients.cli.clientId,
        AuthParameters: parameters,
      }),
    });
    const body = (await answer.json()) as { AuthenticationResult?: AuthenticationResult };
    return body.AuthenticationResult ?? null;
  };

  const sessionOf = (first: AuthenticationResult): ConsoleSession => {
    let accessToken = first.AccessToken;
    let untilEpochMillis = Date.now() + first.ExpiresIn * 1000;
    return {
      canSignOut: true,
      token: async () => {
        if (Date.now() > untilEpochMillis - marginMillis) {
          const next = await authenticate('REFRESH_TOKEN_AUTH', {
            REFRESH_TOKEN: first.RefreshToken ?? '',
          });
          if (next === null) throw new Error('the sign-in has ended');
          accessToken = next.AccessToken;
          untilEpochMillis = Date.now() + next.ExpiresIn * 1000;
        }
        return accessToken;
      },
    };
  };

  return createConsoleHandler({
    files: readPageFiles(pageDirectory),
    api: endpoints.api,
    nowEpochMillis: () => Date.now(),
    entrance: {
      kind: 'password',
      signIn: async (username, password) => {
        const result = await authenticate('USER_PASSWORD_AUTH', {
          USERNAME: username,
          PASSWORD: password,
        });
        return result === null ? null : sessionOf(result);
      },
    },
  });
};
