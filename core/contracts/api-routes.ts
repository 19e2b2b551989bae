import type { Door, Scope } from './caller.ts';

/**
 * One method of one path: which token it takes, and which function answers. The gateway, the functions and
 * docs/openapi.json are all made from this list.
 */
export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As the gateway spells it, with `{parameters}`. */
  readonly path: `/v1/${string}`;
  /** Null for what is open to everybody. */
  readonly door: Door | null;
  /** At the access door one of these must be in the token; a method without scopes takes ID tokens. */
  readonly scopes: readonly Scope[];
  /** The folder below functions/ that answers. */
  readonly handler: 'api' | 'revocations' | 'batches' | 'audit' | 'replay';
}

const atIdDoor = (method: ApiRoute['method'], path: ApiRoute['path']): ApiRoute => ({
  method,
  path,
  door: 'id',
  scopes: [],
  handler: 'api',
});

/** With `stepkey/act-as` a machine names a subject; without one, the token's own subject needs `stepkey/credentials`. */
const atAccessDoor = (method: ApiRoute['method'], path: ApiRoute['path']): ApiRoute => ({
  method,
  path,
  door: 'access',
  scopes: ['stepkey/credentials', 'stepkey/act-as'],
  handler: 'api',
});

const toOperators = (
  method: ApiRoute['method'],
  path: ApiRoute['path'],
  handler: 'revocations' | 'replay' = 'revocations',
): ApiRoute => ({
  method,
  path,
  door: 'access',
  scopes: ['stepkey/revoke'],
  handler,
});

const forAuditors = (path: ApiRoute['path']): ApiRoute => ({
  method: 'GET',
  path,
  door: 'access',
  scopes: ['stepkey/audit'],
  handler: 'audit',
});

export const apiRoutes: readonly ApiRoute[] = [
  atIdDoor('POST', '/v1/credentials'),
  atIdDoor('GET', '/v1/container-credentials/{grant}'),
  atIdDoor('GET', '/v1/identity'),
  atIdDoor('POST', '/v1/decisions'),
  atAccessDoor('POST', '/v1/exchange/credentials'),
  atAccessDoor('GET', '/v1/exchange/container-credentials/{grant}'),
  atAccessDoor('POST', '/v1/exchange/decisions'),
  toOperators('POST', '/v1/revocations'),
  toOperators('GET', '/v1/revocations'),
  toOperators('GET', '/v1/revocations/{revocationId}'),
  toOperators('DELETE', '/v1/revocations/{revocationId}'),
  toOperators('POST', '/v1/replays', 'replay'),
  toOperators('POST', '/v1/redrives', 'replay'),
  {
    method: 'POST',
    path: '/v1/batches',
    door: 'access',
    scopes: ['stepkey/act-as'],
    handler: 'batches',
  },
  {
    method: 'GET',
    path: '/v1/batches/{id}',
    door: 'access',
    scopes: ['stepkey/act-as', 'stepkey/audit'],
    handler: 'batches',
  },
  {
    method: 'DELETE',
    path: '/v1/batches/{id}',
    door: 'access',
    scopes: ['stepkey/act-as'],
    handler: 'batches',
  },
  {
    method: 'POST',
    path: '/v1/batches/{id}/resume',
    door: 'access',
    scopes: ['stepkey/act-as'],
    handler: 'batches',
  },
  forAuditors('/v1/issuances'),
  forAuditors('/v1/issuances/{id}'),
  forAuditors('/v1/issuances/{id}/steps'),
  forAuditors('/v1/sessions/{id}'),
  forAuditors('/v1/sessions/{id}/steps'),
  forAuditors('/v1/subjects/{id}'),
  forAuditors('/v1/grants'),
  forAuditors('/v1/ledger'),
  forAuditors('/v1/ledger/{shard}'),
  { method: 'GET', path: '/v1/health', door: null, scopes: [], handler: 'api' },
];

/** `POST /v1/credentials`: how routes are named in code and logs. */
export const routeNameOf = ({ method, path }: Pick<ApiRoute, 'method' | 'path'>): string =>
  `${method} ${path}`;
