import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { errorCatalogue, type ErrorName } from '../../core/errors.ts';
import { containerFieldsOf, problemMediaType, problemOf } from '../../core/problem.ts';

/** Which name of the catalogue each of API Gateway's own errors is. */
const responses: readonly (readonly [ResponseType, ErrorName])[] = [
  [ResponseType.UNAUTHORIZED, 'Token.Invalid'],
  [ResponseType.ACCESS_DENIED, 'Token.Invalid'],
  [ResponseType.EXPIRED_TOKEN, 'Token.Expired'],
  [ResponseType.INVALID_API_KEY, 'Token.Invalid'],
  [ResponseType.INVALID_SIGNATURE, 'Token.Invalid'],
  // What API Gateway answers for a path that it does not know.
  [ResponseType.MISSING_AUTHENTICATION_TOKEN, 'Request.NotFound'],
  [ResponseType.RESOURCE_NOT_FOUND, 'Request.NotFound'],
  [ResponseType.BAD_REQUEST_BODY, 'Request.Malformed'],
  [ResponseType.BAD_REQUEST_PARAMETERS, 'Request.Malformed'],
  [ResponseType.REQUEST_TOO_LARGE, 'Request.TooLarge'],
  [ResponseType.UNSUPPORTED_MEDIA_TYPE, 'Request.UnsupportedMediaType'],
  [ResponseType.THROTTLED, 'Upstream.Throttled'],
  [ResponseType.QUOTA_EXCEEDED, 'Upstream.Throttled'],
  [ResponseType.INTEGRATION_FAILURE, 'Upstream.Unavailable'],
  [ResponseType.INTEGRATION_TIMEOUT, 'Upstream.Unavailable'],
  [ResponseType.DEFAULT_4XX, 'Request.Malformed'],
  [ResponseType.DEFAULT_5XX, 'Config.Invalid'],
];

/** Seconds after which a caller may ask again; the broker's own answers say the same. */
const retryAfterSeconds = 1;

/**
 * Makes API Gateway's own errors problem documents like the broker's.
 * @param allowOrigin the origin that browsers may show them to; null for none
 * @see RFC 9457; RFC 6750 §3 for `WWW-Authenticate`
 */
export const addGatewayResponses = (api: RestApi, allowOrigin: string | null): void => {
  for (const [type, name] of responses) {
    const problem = problemOf(name);
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: String(problem.status),
      // A gateway response does not know the path: all of them carry what SDKs read on container paths.
      templates: {
        'application/json': JSON.stringify({ ...problem, ...containerFieldsOf(name) }),
      },
      responseHeaders: {
        'Content-Type': `'${problemMediaType}'`,
        'Cache-Control': "'no-store'",
        ...(problem.status === 401 ? { 'WWW-Authenticate': "'Bearer'" } : {}),
        ...(errorCatalogue[name].retryable
          ? { 'Retry-After': `'${String(retryAfterSeconds)}'` }
          : {}),
        ...(allowOrigin === null ? {} : { 'Access-Control-Allow-Origin': `'${allowOrigin}'` }),
      },
    });
  }
};
