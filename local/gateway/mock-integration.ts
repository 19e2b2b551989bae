/** A MOCK integration: the request template of the body's media type chooses a status, its response is constant. */
import type { Integration } from './api-definition.ts';
import type { GatewayAnswer } from './gateway-answer.ts';
import type { ResponseType } from './gateway-responses.ts';

type Mock = Extract<Integration, { type: 'MOCK' }>;

/** @param contentType of the request; API Gateway takes a missing one for JSON */
export const answerMock = (
  mock: Mock,
  contentType: string | undefined,
): GatewayAnswer | ResponseType => {
  const mediaType = (contentType ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  const status = mock.requestStatuses[mediaType];
  if (status === undefined) {
    const hasTemplates = Object.keys(mock.requestStatuses).length > 0;
    const passes =
      mock.passthroughBehavior === 'WHEN_NO_MATCH' ||
      (mock.passthroughBehavior === 'WHEN_NO_TEMPLATES' && !hasTemplates);
    // What is passed through is no answer of a mock: it names no status.
    return passes ? 'API_CONFIGURATION_ERROR' : 'UNSUPPORTED_MEDIA_TYPE';
  }
  const response = mock.responses.find(({ statusCode }) => statusCode === status);
  if (response === undefined) return 'API_CONFIGURATION_ERROR';
  const [templateType, body] = Object.entries(response.templates)[0] ?? ['application/json', ''];
  const headers = Object.entries(response.headers);
  return {
    status,
    headers: headers.some(([name]) => name.toLowerCase() === 'content-type')
      ? headers
      : [...headers, ['Content-Type', templateType]],
    body,
    integrationStatus: status,
  };
};
