/** Lambda's Invoke, the one REST-JSON operation that the twin takes. */
import type { AwsError } from '../aws.ts';
import { queryValue } from './received-request.ts';
import type { ReceivedRequest } from './received-request.ts';
import type { WireAnswer, WireCall } from './wire-answer.ts';

const invokePath = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/u;

export const isLambdaPath = (path: string): boolean => path.startsWith('/2015-03-31/functions');

export const parseLambdaCall = (request: ReceivedRequest): WireCall => {
  const name = invokePath.exec(request.path)?.[1];
  if (name === undefined || request.method !== 'POST')
    return { service: 'lambda', operation: `${request.method} ${request.path}`, input: {} };
  const optional: readonly (readonly [string, string | undefined])[] = [
    ['Qualifier', queryValue(request, 'Qualifier')],
    ['LogType', request.headers.get('x-amz-log-type')],
    ['ClientContext', request.headers.get('x-amz-client-context')],
  ];
  return {
    service: 'lambda',
    operation: 'Invoke',
    input: {
      FunctionName: decodeURIComponent(name),
      InvocationType: request.headers.get('x-amz-invocation-type') ?? 'RequestResponse',
      Payload: request.body,
      ...Object.fromEntries(optional.filter(([, value]) => value !== undefined)),
    },
  };
};

const bytesOf = (payload: unknown): Buffer => {
  if (payload instanceof Uint8Array) return Buffer.from(payload);
  if (payload === undefined || payload === null) return Buffer.alloc(0);
  return Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
};

const headerNames = {
  FunctionError: 'x-amz-function-error',
  ExecutedVersion: 'x-amz-executed-version',
  LogResult: 'x-amz-log-result',
} as const;

export const renderLambdaResult = (result: Record<string, unknown>): WireAnswer => {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const [member, header] of Object.entries(headerNames)) {
    const value = result[member];
    if (typeof value === 'string') headers[header] = value;
  }
  const status = result['StatusCode'];
  return {
    status: typeof status === 'number' ? status : 200,
    headers,
    body: bytesOf(result['Payload']),
  };
};

export const renderLambdaError = (error: AwsError): WireAnswer => ({
  status: error.statusCode,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
  body: JSON.stringify({
    ...error.members,
    Type: error.statusCode < 500 ? 'User' : 'Service',
    message: error.message,
  }),
});
