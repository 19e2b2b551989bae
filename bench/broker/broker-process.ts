/**
 * The function `api` as it is deployed, its bundle with its environment, behind a bare HTTP server. The environment is that of the
 * process that the twin runs it in. Tells its parent its port.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { bareServer } from './bare-server.ts';

// As in Lambda, where a process has one request at a time: what the twin says of many would have each look for its context.
delete process.env['AWS_LAMBDA_MAX_CONCURRENCY'];
const root = process.env['LAMBDA_TASK_ROOT'] ?? '';
const path = join(root, `${(process.env['_HANDLER'] ?? '').split('.')[0] ?? 'index'}.js`);
const { handler } = createRequire(path)(path) as {
  readonly handler: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;
};
// One line for each request, as in Lambda; where it goes costs the same in both.
console.log = () => undefined;
let requests = 0;

/** What the gateway would hand over. */
const eventOf = (authorization: string, body: string, requestId: string): APIGatewayProxyEvent =>
  ({
    httpMethod: 'POST',
    resource: '/v1/credentials',
    path: '/v1/credentials',
    headers: { Authorization: authorization, 'Content-Type': 'application/json' },
    multiValueHeaders: {},
    pathParameters: null,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    stageVariables: null,
    body,
    isBase64Encoded: false,
    requestContext: { requestId },
  }) as unknown as APIGatewayProxyEvent;

process.send?.(
  await bareServer(async ({ authorization, body }) => {
    requests += 1;
    const requestId = `bench-${String(requests)}`;
    const event = eventOf(authorization, body, requestId);
    const { statusCode, headers, body: answer } = await handler(event);
    return { status: statusCode, headers: headers as Record<string, string>, body: answer };
  }),
);
