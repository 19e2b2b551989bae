/** What the user pools serve without AWS's wire protocol: keys, discovery and the token endpoint. */
import type { JWK } from 'jose';
import type { ReceivedRequest } from '../../wire/received-request.ts';
import type { WireAnswer } from '../../wire/wire-answer.ts';
import type { SignInPage } from './sign-in-page.ts';
import type { TokenAnswer } from './token-endpoint.ts';

/** Null for a request that is not for these documents. */
export type PublicDocuments = (request: ReceivedRequest) => Promise<WireAnswer | null>;

export const jsonAnswer = (
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json;charset=UTF-8', ...headers },
  body: JSON.stringify(body),
});

const documentPath = /^\/([\w-]+_[0-9a-zA-Z]+)\/\.well-known\/(jwks\.json|openid-configuration)$/;
const cacheable = { 'cache-control': 'public, max-age=86400' };

export const createPublicDocuments =
  (pools: {
    readonly has: (userPoolId: string) => boolean;
    readonly jwks: (userPoolId: string) => Promise<{ readonly keys: readonly JWK[] }>;
    readonly openIdConfiguration: (userPoolId: string) => Record<string, unknown>;
    readonly tokenEndpoint: (
      form: URLSearchParams,
      authorization: string | undefined,
    ) => Promise<TokenAnswer>;
    readonly signInPage: SignInPage;
  }): PublicDocuments =>
  async (request) => {
    if (request.path === '/oauth2/authorize') return pools.signInPage(request);
    if (request.path === '/oauth2/token') {
      if (request.method !== 'POST') return jsonAnswer(405, { error: 'invalid_request' });
      const type = request.headers.get('content-type') ?? '';
      if (!type.startsWith('application/x-www-form-urlencoded')) {
        return jsonAnswer(400, { error: 'invalid_request' });
      }
      const answer = await pools.tokenEndpoint(
        new URLSearchParams(request.body.toString('utf8')),
        request.headers.get('authorization'),
      );
      return jsonAnswer(answer.status, answer.body, {
        'cache-control': 'no-store',
        // Apps in a browser redeem their codes themselves.
        'access-control-allow-origin': '*',
      });
    }
    const [, poolId, document] = documentPath.exec(request.path) ?? [];
    if (poolId === undefined || request.method !== 'GET') return null;
    if (!pools.has(poolId)) {
      return jsonAnswer(404, { message: `User pool ${poolId} does not exist.` });
    }
    return document === 'jwks.json'
      ? jsonAnswer(200, await pools.jwks(poolId), cacheable)
      : jsonAnswer(200, pools.openIdConfiguration(poolId), cacheable);
  };
