import type { APIGatewayProxyResult } from 'aws-lambda';

/**
 * Lets the browser of a configured origin read the answer; any other origin gets nothing it could read.
 * @see Fetch Standard, CORS protocol
 */
export const withCors = (
  result: APIGatewayProxyResult,
  origin: string | undefined,
  allowedOrigins: readonly string[],
): APIGatewayProxyResult =>
  allowedOrigins.length === 0
    ? result
    : {
        ...result,
        headers: {
          ...result.headers,
          Vary: 'Origin',
          ...(origin !== undefined && allowedOrigins.includes(origin)
            ? { 'Access-Control-Allow-Origin': origin }
            : {}),
        },
      };
