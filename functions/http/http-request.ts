import type { APIGatewayProxyEvent } from 'aws-lambda';
import type * as z from '../../core/zod.ts';
import { StepkeyError } from '../../core/errors.ts';
import { parseStrictJson } from '../../core/strict-json.ts';

const maximumBodyBytes = 16 * 1024;

/** A request as the gateway hands it over, made uniform. */
export interface HttpRequest {
  /** `POST /v1/credentials`: method and path template, which the gateway has matched already. */
  readonly route: string;
  readonly requestId: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Names of query parameters that were sent more than once: of those, `query` has the last value only. */
  readonly repeatedInQuery: readonly string[];
  readonly body: string;
}

export const readHttpRequest = (event: APIGatewayProxyEvent): HttpRequest => ({
  route: `${event.httpMethod} ${event.resource}`,
  requestId: event.requestContext.requestId,
  headers: Object.fromEntries(
    // Null in requests that API Gateway's own console makes.
    Object.entries((event.headers as typeof event.headers | null) ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  ),
  pathParameters: textsOf(event.pathParameters),
  query: textsOf(event.queryStringParameters),
  repeatedInQuery: Object.entries(event.multiValueQueryStringParameters ?? {}).flatMap(
    ([name, values]) => (values !== undefined && values.length > 1 ? [name] : []),
  ),
  body: event.isBase64Encoded
    ? Buffer.from(event.body ?? '', 'base64').toString('utf8')
    : (event.body ?? ''),
});

const textsOf = (
  values: Record<string, string | undefined> | null,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );

/**
 * Reads a JSON body of the documented shape; an empty body counts as `{}`.
 * @throws Request.TooLarge above 16 KiB
 * @throws Request.UnsupportedMediaType when there is a body that does not say it is JSON
 * @throws Request.Malformed naming each fault
 */
export const readJsonBody = <T>(request: HttpRequest, schema: z.ZodMiniType<T>): T => {
  if (Buffer.byteLength(request.body) > maximumBodyBytes) {
    throw new StepkeyError('Request.TooLarge');
  }
  const hasBody = request.body.trim() !== '';
  if (hasBody && !/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new StepkeyError('Request.UnsupportedMediaType');
  }
  const value = hasBody ? parseStrictJson(request.body) : {};
  if (value === undefined) {
    throw new StepkeyError('Request.Malformed', {
      faults: ['the body is not JSON, repeats a key or is nested too deeply'],
    });
  }
  return validate(value, schema);
};

/**
 * One of two values would be heeded in silence, and not the one that a proxy or a reader of logs may have looked at: so
 * neither is.
 * @throws Request.Malformed naming each parameter that is unknown, has the wrong shape or is there more than once
 */
export const readQuery = <T>(request: HttpRequest, schema: z.ZodMiniType<T>): T => {
  if (request.repeatedInQuery.length > 0) {
    throw new StepkeyError('Request.Malformed', {
      faults: request.repeatedInQuery.map((name) => `${name}: may be given once`),
    });
  }
  return validate(request.query, schema);
};

/** @throws Request.Malformed as `readQuery` */
export const readPath = <T>(request: HttpRequest, schema: z.ZodMiniType<T>): T =>
  validate(request.pathParameters, schema);

/**
 * Reads one header; null where it was not sent.
 * @param name in lower case
 * @throws Request.Malformed when it has the wrong shape
 */
export const readHeader = <T>(
  request: HttpRequest,
  name: string,
  schema: z.ZodMiniType<T>,
): T | null => {
  const value = request.headers[name];
  return value === undefined ? null : validate(value, schema);
};

const validate = <T>(value: unknown, schema: z.ZodMiniType<T>): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new StepkeyError('Request.Malformed', {
    faults: parsed.error.issues.map(({ path, message }) =>
      path.length > 0 ? `${path.map(String).join('.')}: ${message}` : message,
    ),
  });
};
