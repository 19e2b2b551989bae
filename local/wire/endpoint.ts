/** The twin's AWS endpoint: one HTTP listener that unmodified SDKs and the AWS CLI can talk to. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

import type { Clock } from '../../core/ports.ts';
import { AwsError } from '../aws.ts';
import type { AwsCall } from '../aws.ts';
import { twinRegion } from '../identity.ts';
import { asAwsError, AuthenticationFailure } from './authentication-failure.ts';
import { authenticate } from './authentication.ts';
import type { Principals } from './principals.ts';
import { protocolOf } from './protocol.ts';
import type { Protocol } from './protocol.ts';
import { readBody, requestHeadOf } from './received-request.ts';
import type { ReceivedRequest } from './received-request.ts';
import type { WireAnswer } from './wire-answer.ts';

/** Answers JWKS, discovery documents and the token endpoint; null for what is none of these. */
export type PublicDocuments = (request: ReceivedRequest) => Promise<WireAnswer | null>;

export interface AwsEndpointOptions {
  readonly call: AwsCall;
  readonly principals: Principals;
  readonly clock: Clock;
  readonly publicDocuments: PublicDocuments;
  readonly log: (line: string) => void;
  /** 32 MiB by default. */
  readonly bodyLimitBytes?: number;
}

const isPublicPath = (path: string): boolean =>
  path.startsWith('/oauth2/') || path.includes('/.well-known/');

const isLoopback = (address: string): boolean =>
  address === '::1' || /^(?:::ffff:)?127\./u.test(address);

const internalFailure = (): AwsError =>
  new AwsError('InternalFailure', 'The request failed inside the twin.', {
    statusCode: 500,
    wireCode: 'InternalError',
  });

/** Where a fault was thrown, without its message: that may hold a value of the request. */
const placeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'a thrown value';
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /u.test(line));
  return `${error.name} ${frames
    .slice(0, 3)
    .map((frame) => frame.trim())
    .join(' ')}`;
};

const send = (response: ServerResponse, answer: WireAnswer): void => {
  response.writeHead(answer.status, {
    'content-length': String(Buffer.byteLength(answer.body)),
    ...answer.headers,
  });
  response.end(answer.body);
};

export const createAwsEndpoint = (options: AwsEndpointOptions): RequestListener => {
  const bodyLimitBytes = options.bodyLimitBytes ?? 32 * 1024 * 1024;

  const asError = (error: unknown, protocol: Protocol): AwsError => {
    if (error instanceof AuthenticationFailure) return asAwsError(error, protocol.kind);
    if (error instanceof AwsError) return error;
    options.log(`fault in ${protocol.service ?? 'the endpoint'}: ${placeOf(error)}`);
    return internalFailure();
  };

  const answerCall = async (
    received: ReceivedRequest,
    protocol: Protocol,
    requestId: string,
  ): Promise<WireAnswer> => {
    try {
      if (protocol.service === null) return protocol.renderResult({}, protocol.parse(received));
      const expected = { service: protocol.service, region: twinRegion };
      const { principal, request } = await authenticate(received, expected, options);
      const call = protocol.parse(request);
      const context = { principal, requestId, sourceIp: request.sourceIp };
      const result = await options.call(call.service, call.operation, call.input, context);
      return protocol.renderResult(result, call);
    } catch (error) {
      return protocol.renderError(asError(error, protocol));
    }
  };

  const answer = async (
    message: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<WireAnswer> => {
    const head = requestHeadOf(message);
    if (head === null) return { status: 400, headers: {}, body: '' };
    const protocol = protocolOf(head, requestId);
    const body = await readBody(message, bodyLimitBytes);
    if (body === null) {
      response.setHeader('connection', 'close');
      return protocol.renderError(
        new AwsError('RequestEntityTooLargeException', 'The body is larger than is allowed.', {
          statusCode: 413,
          wireCode: 'EntityTooLarge',
        }),
      );
    }
    const request: ReceivedRequest = { ...head, body };
    const document = isPublicPath(head.path) ? await options.publicDocuments(request) : null;
    return document ?? (await answerCall(request, protocol, requestId));
  };

  return (message, response) => {
    if (!isLoopback(message.socket.remoteAddress ?? '')) {
      message.socket.destroy();
      return;
    }
    const requestId = randomUUID();
    response.setHeader('x-amzn-requestid', requestId);
    response.setHeader('x-amz-request-id', requestId);
    // SDKs correct their clock by it: it is the clock that signatures are judged by, also where a test has moved that.
    response.setHeader('date', new Date(options.clock.nowEpochMillis()).toUTCString());
    answer(message, response, requestId)
      .catch((error: unknown): WireAnswer => {
        options.log(`fault in the endpoint: ${placeOf(error)}`);
        return { status: 500, headers: {}, body: '' };
      })
      .then((wireAnswer) => {
        send(response, wireAnswer);
      })
      .catch(() => {
        response.destroy();
      });
  };
};
