/** What the gateway answers by itself, worded as the template says. */
import type { ApiDefinition } from './api-definition.ts';
import { fillIn } from './context-variables.ts';
import type { ContextVariables } from './context-variables.ts';
import type { GatewayAnswer } from './gateway-answer.ts';

/**
 * Status and message of each response type, where the template sets none.
 * @see API Gateway developer guide, gateway response types
 */
const responseTypes = {
  MISSING_AUTHENTICATION_TOKEN: [403, 'Missing Authentication Token'],
  UNAUTHORIZED: [401, 'Unauthorized'],
  EXPIRED_TOKEN: [403, 'The incoming token has expired'],
  BAD_REQUEST_PARAMETERS: [400, 'Bad Request'],
  REQUEST_TOO_LARGE: [413, 'Request Too Long'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Unsupported Media Type'],
  API_CONFIGURATION_ERROR: [500, 'Internal server error'],
  INTEGRATION_FAILURE: [504, 'Internal server error'],
  INTEGRATION_TIMEOUT: [504, 'Endpoint request timed out'],
  /** A function that failed, or answered what is no answer. */
  DEFAULT_5XX: [502, 'Internal server error'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type ResponseType = keyof typeof responseTypes;

const standardTemplates = { 'application/json': '{"message":$context.error.messageString}' };

export const gatewayResponse = (
  api: Pick<ApiDefinition, 'gatewayResponses'>,
  type: ResponseType,
  context: ContextVariables,
): GatewayAnswer => {
  const [ownStatus, message] = responseTypes[type];
  const fallback = ownStatus < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
  const defined = api.gatewayResponses[type] ?? api.gatewayResponses[fallback];
  const templates =
    defined === undefined || Object.keys(defined.templates).length === 0
      ? standardTemplates
      : defined.templates;
  const [mediaType, template] = Object.entries(templates)[0] ?? ['application/json', ''];
  const headers = Object.entries(defined?.headers ?? {});
  const filled = fillIn(
    template,
    { ...context, error: { message, messageString: JSON.stringify(message), responseType: type } },
    '',
  );
  return {
    status: defined?.statusCode ?? ownStatus,
    headers: headers.some(([name]) => name.toLowerCase() === 'content-type')
      ? headers
      : [...headers, ['Content-Type', mediaType]],
    body: filled,
    errorType: type,
  };
};
