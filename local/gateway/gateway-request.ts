/** A request as the gateway reads it, once. */
import type { FastifyRequest } from 'fastify';

export interface GatewayRequest {
  readonly requestId: string;
  readonly receivedAtEpochMillis: number;
  readonly httpMethod: string;
  readonly protocol: string;
  /** As sent, without the query. */
  readonly path: string;
  /** Names as sent; several values in order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer | null;
  readonly sourceIp: string;
}

type Multi = Map<string, string[]>;

const add = (map: Multi, name: string, value: string): void => {
  const values = map.get(name);
  if (values === undefined) map.set(name, [value]);
  else values.push(value);
};

export const gatewayRequestOf = (
  request: FastifyRequest,
  receivedAtEpochMillis: number,
): GatewayRequest => {
  const { rawHeaders, httpVersion } = request.raw;
  const headers: Multi = new Map();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    add(headers, rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  const [path = '/', search = ''] = (request.raw.url ?? '/').split(/\?(.*)/s);
  const query: Multi = new Map();
  for (const [name, value] of new URLSearchParams(search)) add(query, name, value);
  return {
    requestId: request.id,
    receivedAtEpochMillis,
    httpMethod: request.method,
    protocol: `HTTP/${httpVersion}`,
    path,
    headers,
    query,
    body: Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body : null,
    sourceIp: request.ip.replace(/^::ffff:/, ''),
  };
};

export const headerValue = (request: GatewayRequest, name: string): string | undefined => {
  for (const [each, values] of request.headers) {
    if (each.toLowerCase() === name) return values.at(-1);
  }
  return undefined;
};

/** Of the request line and all headers, as API Gateway limits it. */
export const maxHeaderBytes = 10_240;

export const headerBytes = (request: GatewayRequest): number => {
  let bytes = request.httpMethod.length + request.path.length + request.protocol.length;
  for (const [name, values] of request.headers) {
    for (const value of values) bytes += name.length + value.length;
  }
  return bytes;
};
