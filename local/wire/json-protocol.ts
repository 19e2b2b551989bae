/** AWS's JSON 1.0 and 1.1 protocols, with the differences of each service that SDKs rely on. */
import { crc32 } from 'node:zlib';

import { AwsError } from '../aws.ts';
import type { ReceivedRequest } from './received-request.ts';
import type { WireAnswer, WireCall } from './wire-answer.ts';

interface JsonService {
  readonly service: string;
  readonly version: '1.0' | '1.1';
  /** Stands before the name in `__type`; null where the bare name stands there. */
  readonly errorNamespace: string | null;
}

const jsonServices: ReadonlyMap<string, JsonService> = new Map([
  [
    'AWSCognitoIdentityProviderService',
    { service: 'cognito-idp', version: '1.1', errorNamespace: null },
  ],
  [
    'AWSCognitoIdentityService',
    { service: 'cognito-identity', version: '1.1', errorNamespace: null },
  ],
  ['TrentService', { service: 'kms', version: '1.1', errorNamespace: null }],
  [
    'DynamoDB_20120810',
    { service: 'dynamodb', version: '1.0', errorNamespace: 'com.amazonaws.dynamodb.v20120810' },
  ],
  [
    'DynamoDBStreams_20120810',
    { service: 'dynamodb', version: '1.0', errorNamespace: 'com.amazonaws.dynamodb.v20120810' },
  ],
  ['AmazonSQS', { service: 'sqs', version: '1.0', errorNamespace: 'com.amazonaws.sqs' }],
  [
    'AWSStepFunctions',
    { service: 'states', version: '1.0', errorNamespace: 'com.amazonaws.swf.service.v2.model' },
  ],
  ['AWSEvents', { service: 'events', version: '1.1', errorNamespace: null }],
  ['Logs_20140328', { service: 'logs', version: '1.1', errorNamespace: null }],
]);

export const hasJsonService = (name: string): boolean =>
  [...jsonServices.values()].some(({ service }) => service === name);

/** Refusals of AWS's front layer have its namespace, not the service's. */
const frontLayerErrors = new Set([
  'AccessDeniedException',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'SerializationException',
  'UnknownOperationException',
  'UnrecognizedClientException',
]);

export interface JsonTarget extends JsonService {
  readonly operation: string;
}

/** Null where X-Amz-Target names no service of the twin. */
export const jsonTargetOf = (header: string): JsonTarget | null => {
  const [prefix = '', operation = ''] = header.split('.');
  const known = jsonServices.get(prefix);
  return known !== undefined && /^[A-Za-z]{1,64}$/u.test(operation)
    ? { ...known, operation }
    : null;
};

/** @throws AwsError SerializationException when the body is not a JSON object */
export const parseJsonCall = (request: ReceivedRequest, target: JsonTarget): WireCall => {
  let input: unknown;
  try {
    input = request.body.length === 0 ? {} : JSON.parse(request.body.toString('utf8'));
  } catch {
    input = null;
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new AwsError('SerializationException', 'The body is not a JSON object.');
  return {
    service: target.service,
    operation: target.operation,
    input: input as Record<string, unknown>,
  };
};

/** Bytes as base64 and dates as epoch seconds, before their own `toJSON` can say otherwise. */
function wireValue(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const raw = this[key];
  if (raw instanceof Uint8Array) return Buffer.from(raw).toString('base64');
  return raw instanceof Date ? raw.getTime() / 1000 : value;
}

const answer = (
  status: number,
  target: JsonTarget,
  document: Record<string, unknown>,
  headers: Readonly<Record<string, string>> = {},
): WireAnswer => {
  // A table's values are as they go over the wire, and many: asking for each what it is takes longer than all the rest.
  const isPlain = target.service === 'dynamodb';
  const body = Buffer.from(
    isPlain ? JSON.stringify(document) : JSON.stringify(document, wireValue),
  );
  return {
    status,
    headers: {
      'content-type': `application/x-amz-json-${target.version}`,
      ...(target.service === 'dynamodb' ? { 'x-amz-crc32': String(crc32(body)) } : {}),
      ...headers,
    },
    body,
  };
};

export const renderJsonResult = (result: Record<string, unknown>, target: JsonTarget): WireAnswer =>
  answer(200, target, result);

export const renderJsonError = (error: AwsError, target: JsonTarget): WireAnswer => {
  const namespace = frontLayerErrors.has(error.code)
    ? 'com.amazon.coral.service'
    : error.code === 'ValidationException'
      ? 'com.amazon.coral.validate'
      : target.errorNamespace;
  const type =
    target.errorNamespace === null || namespace === null
      ? error.code
      : `${namespace}#${error.code}`;
  return answer(
    error.statusCode,
    target,
    { ...error.members, __type: type, message: error.message },
    {
      ...(target.service === 'dynamodb' ? {} : { 'x-amzn-errortype': error.code }),
      // The code of SQS's older protocol, which its clients still show.
      ...(target.service === 'sqs' ? { 'x-amzn-query-error': `${error.wireCode};Sender` } : {}),
    },
  );
};
