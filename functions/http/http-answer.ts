import type { APIGatewayProxyResult } from 'aws-lambda';
import type { StepkeyError } from '../../core/errors.ts';
import { errorCatalogue } from '../../core/errors.ts';
import { containerFieldsOf, problemMediaType, problemOf } from '../../core/problem.ts';

/** An answer in JSON, never kept by anything between the broker and its caller. */
export const answer = (
  body: object,
  options: {
    readonly status?: 200 | 202;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): APIGatewayProxyResult => ({
  statusCode: options.status ?? 200,
  headers: {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    ...options.headers,
  },
  body: JSON.stringify(body),
});

/** What was asked for is so already; there is nothing to say. */
export const emptyAnswer = (): APIGatewayProxyResult => ({
  statusCode: 204,
  headers: { 'Cache-Control': 'no-store' },
  body: '',
});

/**
 * An error as the caller sees it: the catalogue's constant text, what to choose from, nothing else.
 * @param isContainerPath adds what SDKs read there
 */
export const problemAnswerOf = (
  error: StepkeyError,
  requestId: string,
  isContainerPath: boolean,
): APIGatewayProxyResult => {
  const problem = problemOf(error.name);
  return {
    statusCode: problem.status,
    headers: {
      'Content-Type': problemMediaType,
      'Cache-Control': 'no-store',
      ...(errorCatalogue[error.name].retryable ? { 'Retry-After': '1' } : {}),
      ...authenticateHeaderOf(error),
    },
    body: JSON.stringify({
      ...problem,
      instance: requestId,
      ...(error.choices ? { choices: error.choices } : {}),
      // Faults of a configuration are the operator's to read, in the log.
      ...(error.name === 'Request.Malformed' && error.faults ? { faults: error.faults } : {}),
      ...(isContainerPath ? containerFieldsOf(error.name) : {}),
    }),
  };
};

/** @see RFC 6750 §3.1 */
const authenticateHeaderOf = (error: StepkeyError): Readonly<Record<string, string>> => {
  if (error.name === 'Token.ScopeMissing') {
    return { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' };
  }
  return errorCatalogue[error.name].status === 401
    ? { 'WWW-Authenticate': 'Bearer error="invalid_token"' }
    : {};
};
