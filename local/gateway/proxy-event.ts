/** The Lambda proxy event, payload format 1.0. */
import type { ApiDefinition } from './api-definition.ts';
import { headerValue } from './gateway-request.ts';
import type { GatewayRequest } from './gateway-request.ts';
import type { Route } from './routing.ts';

type Multi = ReadonlyMap<string, readonly string[]>;

const last = (multi: Multi): Record<string, string> | null =>
  multi.size === 0
    ? null
    : Object.fromEntries([...multi].map(([name, values]) => [name, values.at(-1) ?? '']));

const all = (multi: Multi): Record<string, readonly string[]> | null =>
  multi.size === 0 ? null : Object.fromEntries(multi);

/** `21/Nov/2026:06:24:31 +0000` */
export const requestTime = (epochMillis: number): string => {
  const [, day, month, year, time] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(epochMillis).toUTCString()) ?? [];
  return `${day ?? ''}/${month ?? ''}/${year ?? ''}:${time ?? ''} +0000`;
};

export const proxyEvent = (
  api: Pick<ApiDefinition, 'id' | 'stage'>,
  request: GatewayRequest,
  route: Route,
  claims: Readonly<Record<string, string>> | null,
  accountId: string,
): Record<string, unknown> => ({
  resource: route.resource.path,
  path: request.path,
  httpMethod: request.httpMethod,
  headers: last(request.headers) ?? {},
  multiValueHeaders: all(request.headers) ?? {},
  queryStringParameters: last(request.query),
  multiValueQueryStringParameters: all(request.query),
  pathParameters: Object.keys(route.pathParameters).length === 0 ? null : route.pathParameters,
  stageVariables: null,
  requestContext: {
    resourceId: route.resource.id,
    resourcePath: route.resource.path,
    httpMethod: request.httpMethod,
    path: `/${api.stage}${request.path}`,
    protocol: request.protocol,
    accountId,
    apiId: api.id,
    stage: api.stage,
    domainName: headerValue(request, 'host') ?? '',
    domainPrefix: (headerValue(request, 'host') ?? '').split('.')[0],
    requestId: request.requestId,
    extendedRequestId: request.requestId,
    requestTime: requestTime(request.receivedAtEpochMillis),
    requestTimeEpoch: request.receivedAtEpochMillis,
    ...(claims === null ? {} : { authorizer: { claims } }),
    identity: {
      accessKey: null,
      accountId: null,
      caller: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: request.sourceIp,
      user: null,
      userAgent: headerValue(request, 'user-agent') ?? null,
      userArn: null,
    },
  },
  body: request.body?.toString('utf8') ?? null,
  isBase64Encoded: false,
});
