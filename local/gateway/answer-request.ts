/** One request through the API: route, gate, integration. */
import type { ApiDefinition, Integration } from './api-definition.ts';
import { authorize } from './authorizer.ts';
import type { UserPoolKeys } from './authorizer.ts';
import type { GatewayAnswer } from './gateway-answer.ts';
import type { ResponseType } from './gateway-responses.ts';
import { headerBytes, headerValue, maxHeaderBytes } from './gateway-request.ts';
import type { GatewayRequest } from './gateway-request.ts';
import { answerMock } from './mock-integration.ts';
import { readProxyAnswer } from './proxy-answer.ts';
import { proxyEvent } from './proxy-event.ts';
import type { Route, Router } from './routing.ts';

/**
 * Invokes a function as API Gateway does, by the function's own policy.
 * @throws when the function may not be invoked or is not there
 */
type InvokeFunction = (
  source: { readonly service: string; readonly arn: string },
  functionArn: string,
  payload: string,
) => Promise<{ readonly outcome: 'answered' | 'failed'; readonly payload: string }>;

export interface GatewayServices {
  readonly invoke: InvokeFunction;
  readonly userPoolKeys: UserPoolKeys;
  readonly nowEpochMillis: () => number;
  readonly place: { readonly region: string; readonly accountId: string };
}

/** What is known of a request by the end, for the access log. */
export interface Answered {
  readonly answer: GatewayAnswer | ResponseType;
  readonly route: Route | null;
  readonly claims: Readonly<Record<string, string>> | null;
}

/** @see Lambda quotas: the payload of a synchronous invocation */
const mostInvocationBytes = 6 * 1024 * 1024;

type Proxy = Extract<Integration, { type: 'AWS_PROXY' }>;

const withinTime = async <T>(work: Promise<T>, millis: number): Promise<T | 'too-late'> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'too-late'>((resolve) => {
    timer = setTimeout(() => {
      resolve('too-late');
    }, millis);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

const answerProxy = async (
  integration: Proxy,
  api: ApiDefinition,
  request: GatewayRequest,
  route: Route,
  claims: Readonly<Record<string, string>> | null,
  { invoke, place }: GatewayServices,
): Promise<GatewayAnswer | ResponseType> => {
  // What Lambda would not take is not even made into an event.
  if ((request.body?.length ?? 0) > mostInvocationBytes) return 'REQUEST_TOO_LARGE';
  const arn = `arn:aws:execute-api:${place.region}:${place.accountId}:${api.id}/${api.stage}/${request.httpMethod}${route.resource.path}`;
  const event = proxyEvent(api, request, route, claims, place.accountId);
  const source = { service: 'apigateway.amazonaws.com', arn };
  const work = invoke(source, integration.functionArn, JSON.stringify(event)).catch(() => null);
  const invoked = await withinTime(work, integration.timeoutMillis);
  if (invoked === 'too-late') return 'INTEGRATION_TIMEOUT';
  if (invoked === null) return 'API_CONFIGURATION_ERROR';
  const answer = invoked.outcome === 'answered' ? readProxyAnswer(invoked.payload) : null;
  return answer ?? 'DEFAULT_5XX';
};

export const answerRequest = async (
  api: ApiDefinition,
  router: Router,
  request: GatewayRequest,
  services: GatewayServices,
): Promise<Answered> => {
  const refused = (answer: ResponseType, route: Route | null = null): Answered => ({
    answer,
    route,
    claims: null,
  });
  if (headerBytes(request) > maxHeaderBytes) return refused('BAD_REQUEST_PARAMETERS');
  let route: Route | null;
  try {
    route = router(request.httpMethod, request.path);
  } catch (error) {
    if (error instanceof URIError) return refused('BAD_REQUEST_PARAMETERS');
    throw error;
  }
  if (route?.method === undefined) return refused('MISSING_AUTHENTICATION_TOKEN');
  const { authorizer, scopes, integration } = route.method;
  let claims: Readonly<Record<string, string>> | null = null;
  if (authorizer !== null) {
    const header = headerValue(request, authorizer.header);
    const { userPoolKeys, nowEpochMillis } = services;
    const verdict = await authorize(authorizer, scopes, header, userPoolKeys, nowEpochMillis());
    if (verdict.outcome !== 'allowed') return refused(verdict.outcome, route);
    claims = verdict.claims;
  }
  const answer =
    integration.type === 'MOCK'
      ? answerMock(integration, headerValue(request, 'content-type'))
      : await answerProxy(integration, api, request, route, claims, services);
  return { answer, route, claims };
};
