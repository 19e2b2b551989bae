/** The twin's API Gateway: one HTTP listener for one REST API. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fastify from 'fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { answerRequest } from './answer-request.ts';
import type { Answered, GatewayServices } from './answer-request.ts';
import type { ApiDefinition } from './api-definition.ts';
import { fillIn } from './context-variables.ts';
import type { ContextVariables } from './context-variables.ts';
import type { GatewayAnswer } from './gateway-answer.ts';
import { gatewayRequestOf, headerValue } from './gateway-request.ts';
import type { GatewayRequest } from './gateway-request.ts';
import { gatewayResponse } from './gateway-responses.ts';
import type { ResponseType } from './gateway-responses.ts';
import { requestTime } from './proxy-event.ts';
import { createRouter } from './routing.ts';
import type { Router } from './routing.ts';

export interface GatewayOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** Told of faults of the gateway's own, without values of the request. */
  readonly log: (line: string) => void;
}

interface ServedApi extends GatewayServices {
  readonly api: ApiDefinition;
  readonly writeAccessLog: (logGroup: string, line: string) => void;
}

export interface Gateway {
  /** `http://127.0.0.1:8700` */
  readonly url: string;
  /** What it answers from now on; until the first, everything gets 503. */
  readonly serve: (served: ServedApi) => void;
  /** Hands everything below `/console` over, past the API. */
  readonly servePage: (page: PageHandler) => void;
  readonly stop: () => Promise<void>;
}

type PageHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface Served extends ServedApi {
  readonly router: Router;
}

const bodyLimitBytes = 10 * 1024 * 1024;

const contextOf = (
  api: ApiDefinition,
  request: GatewayRequest,
  { route, claims }: Pick<Answered, 'route' | 'claims'>,
): ContextVariables => ({
  requestId: request.requestId,
  extendedRequestId: request.requestId,
  requestTime: requestTime(request.receivedAtEpochMillis),
  requestTimeEpoch: request.receivedAtEpochMillis,
  httpMethod: request.httpMethod,
  path: request.path,
  protocol: request.protocol,
  resourceId: route?.resource.id,
  resourcePath: route?.resource.path,
  stage: api.stage,
  apiId: api.id,
  identity: { sourceIp: request.sourceIp, userAgent: headerValue(request, 'user-agent') },
  authorizer: { claims: claims ?? undefined },
});

const send = (reply: FastifyReply, answer: GatewayAnswer, requestId: string): FastifyReply => {
  for (const [name, value] of answer.headers) reply.header(name, value);
  return reply.header('x-amzn-RequestId', requestId).status(answer.status).send(
    // As bytes: to text, fastify would add a character set that the template does not name.
    Buffer.from(answer.body),
  );
};

/** What does not parse as HTTP never becomes a request: its answer is written by hand. */
const answerUnreadable = (served: Served | null, socket: Socket): void => {
  if (!socket.writable || served === null) {
    socket.destroy();
    return;
  }
  const requestId = randomUUID();
  const { status, headers, body } = gatewayResponse(served.api, 'BAD_REQUEST_PARAMETERS', {
    requestId,
  });
  const lines = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `x-amzn-RequestId: ${requestId}`,
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body.toString()}`);
};

/** Listens on the loopback only. Rejects with the system's error (`EADDRINUSE`) when it cannot. */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  let served: Served | null = null;
  let page: PageHandler | null = null;

  const finish = (request: FastifyRequest, reply: FastifyReply, answered: Answered) => {
    if (served === null) return reply.status(503).send('');
    const { api } = served;
    const received = gatewayRequestOf(request, served.nowEpochMillis());
    const context = contextOf(api, received, answered);
    const answer =
      typeof answered.answer === 'string'
        ? gatewayResponse(api, answered.answer, context)
        : answered.answer;
    if (api.accessLog !== null) {
      const line = fillIn(
        api.accessLog.format,
        {
          ...context,
          status: answer.status,
          responseLatency: Math.round(reply.elapsedTime),
          responseLength: Buffer.byteLength(answer.body),
          integration: { status: answer.integrationStatus },
          error: { responseType: answer.errorType },
        },
        '-',
      );
      served.writeAccessLog(api.accessLog.logGroup, line);
    }
    return send(reply, answer, received.requestId);
  };
  const refuse = (request: FastifyRequest, reply: FastifyReply, type: ResponseType) =>
    finish(request, reply, { answer: type, route: null, claims: null });

  const server = fastify({
    bodyLimit: bodyLimitBytes,
    genReqId: () => randomUUID(),
    exposeHeadRoutes: false,
    clientErrorHandler: (_error, socket) => {
      answerUnreadable(served, socket);
    },
    frameworkErrors: (_error, request, reply) => {
      void refuse(request, reply, 'BAD_REQUEST_PARAMETERS');
    },
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  server.setErrorHandler((error: FastifyError, request, reply) => {
    if (error.statusCode === 413) return refuse(request, reply, 'REQUEST_TOO_LARGE');
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return refuse(request, reply, 'BAD_REQUEST_PARAMETERS');
    }
    options.log(`fault in the gateway: ${error.name}`);
    return refuse(request, reply, 'INTEGRATION_FAILURE');
  });
  // Before the body is read: the page's handler reads it itself.
  server.addHook('onRequest', async (request, reply) => {
    if (page === null || !/^\/console(?:[/?]|$)/.test(request.url)) return;
    reply.hijack();
    try {
      await page(request.raw, reply.raw);
    } catch (error) {
      options.log(`fault in the page: ${error instanceof Error ? error.name : 'unknown'}`);
      reply.raw.destroy();
    }
  });
  const handle = async (request: FastifyRequest, reply: FastifyReply) => {
    if (served === null) return reply.status(503).send('');
    const received = gatewayRequestOf(request, served.nowEpochMillis());
    return finish(request, reply, await answerRequest(served.api, served.router, received, served));
  };
  server.setNotFoundHandler(handle);
  server.all('/*', handle);
  const url = await server.listen({ port: options.port, host: '127.0.0.1' });
  return {
    url,
    serve: (given) => {
      served = { ...given, router: createRouter(given.api) };
    },
    servePage: (given) => {
      page = given;
    },
    stop: async () => {
      server.server.closeAllConnections();
      await server.close();
    },
  };
};
