/** Which protocol a request speaks, and that protocol's way to read and to answer. */
import { AwsError } from '../aws.ts';
import type { WireProtocol } from './authentication-failure.ts';
import {
  hasJsonService,
  jsonTargetOf,
  parseJsonCall,
  renderJsonError,
  renderJsonResult,
} from './json-protocol.ts';
import {
  isLambdaPath,
  parseLambdaCall,
  renderLambdaError,
  renderLambdaResult,
} from './lambda-protocol.ts';
import {
  actionOf,
  isQueryService,
  parseQueryCall,
  renderQueryError,
  renderQueryResult,
} from './query-protocol.ts';
import type { QueryService } from './query-protocol.ts';
import { queryValue } from './received-request.ts';
import type { ReceivedRequest } from './received-request.ts';
import { renderS3Error, renderS3Result } from './s3-answer.ts';
import { parseS3Call } from './s3-request.ts';
import type { WireAnswer, WireCall } from './wire-answer.ts';

export interface Protocol {
  readonly kind: WireProtocol;
  /** The SigV4 signing name that the request must be scoped to; null where the twin has no such service. */
  readonly service: string | null;
  /** @throws AwsError when the request cannot be read */
  readonly parse: (request: ReceivedRequest) => WireCall;
  readonly renderResult: (result: Record<string, unknown>, call: WireCall) => WireAnswer;
  readonly renderError: (error: AwsError) => WireAnswer;
}

type Head = Omit<ReceivedRequest, 'body'>;

const unknownTarget = (target: string): AwsError => {
  const named = /^[\w.]{1,128}$/u.test(target) ? target : 'The target';
  return new AwsError('UnknownOperationException', `${named} is not emulated.`, {
    statusCode: 501,
  });
};

const jsonProtocol = (target: string): Protocol => {
  const known = jsonTargetOf(target);
  const spoken = known ?? {
    service: 'unknown',
    version: '1.1' as const,
    errorNamespace: null,
    operation: 'Unknown',
  };
  return {
    kind: 'json',
    service: known?.service ?? null,
    parse: (request) => {
      if (known === null) throw unknownTarget(target);
      return parseJsonCall(request, known);
    },
    renderResult: (result) => renderJsonResult(result, spoken),
    renderError: (error) => renderJsonError(error, spoken),
  };
};

const isForm = (head: Head): boolean =>
  head.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') === true;

/** The service that a signature is scoped to; null where there is none to read. */
const signingServiceOf = (head: Head): string | null => {
  const request = { ...head, body: Buffer.alloc(0) };
  const credential =
    /Credential=([^,]+)/u.exec(head.headers.get('authorization') ?? '')?.[1] ??
    queryValue(request, 'X-Amz-Credential') ??
    '';
  return /\/([a-z0-9-]{1,64})\/aws4_request$/u.exec(credential.trim())?.[1] ?? null;
};

const isOurs = (service: string): boolean =>
  ['lambda', 's3'].includes(service) || isQueryService(service) || hasJsonService(service);

/** Of a service that the twin does not have: told by the scope of the signature, as the paths are anybody's. */
const foreignProtocol = (service: string, head: Head, requestId: string): Protocol => {
  const isQuery = head.path === '/' && (isForm(head) || head.method === 'GET');
  return {
    kind: isQuery ? 'query' : 'rest-json',
    service: null,
    parse: (request) => {
      const action = isQuery ? actionOf(request) : null;
      throw new AwsError(
        'NotImplemented',
        `${service}:${action ?? `${request.method} ${request.path}`} is not emulated.`,
        { statusCode: 501 },
      );
    },
    renderResult: renderLambdaResult,
    renderError: (error) =>
      isQuery ? renderQueryError(error, requestId) : renderLambdaError(error),
  };
};

const queryProtocol = (service: QueryService, requestId: string): Protocol => ({
  kind: 'query',
  service,
  parse: (request) => parseQueryCall(request, service),
  renderResult: (result, call) => renderQueryResult(result, call.operation, requestId, service),
  renderError: (error) => renderQueryError(error, requestId, service),
});

export const protocolOf = (head: Head, requestId: string): Protocol => {
  const target = head.headers.get('x-amz-target');
  if (target !== undefined) return jsonProtocol(target);
  const signedFor = signingServiceOf(head);
  if (signedFor !== null && !isOurs(signedFor)) return foreignProtocol(signedFor, head, requestId);
  const isAction = queryValue({ ...head, body: Buffer.alloc(0) }, 'Action') !== undefined;
  if (head.path === '/' && ((head.method === 'POST' && isForm(head)) || isAction))
    // Only STS has calls without a signature.
    return queryProtocol(
      signedFor !== null && isQueryService(signedFor) ? signedFor : 'sts',
      requestId,
    );
  if (isLambdaPath(head.path))
    return {
      kind: 'rest-json',
      service: 'lambda',
      parse: parseLambdaCall,
      renderResult: renderLambdaResult,
      renderError: renderLambdaError,
    };
  return {
    kind: 'rest-xml',
    service: 's3',
    parse: parseS3Call,
    renderResult: renderS3Result,
    renderError: (error) => renderS3Error(error, { method: head.method, requestId }),
  };
};
