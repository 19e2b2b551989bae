import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { AwsError } from '../../../local/aws.ts';

/** One call as it came over the wire. */
export interface WireCall {
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly authorization: string | null;
}

export type WireResponder = (
  call: WireCall,
) => Promise<Record<string, unknown>> | Record<string, unknown>;

export interface AwsWire {
  readonly endpoint: string;
  readonly calls: WireCall[];
  /**
   * What answers from now on. An answer with the member `xml` is sent as it is; an AwsError as the wire spells it,
   * but of the code `hang` never.
   */
  respond: WireResponder;
  readonly close: () => Promise<void>;
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

const readCall = async (request: IncomingMessage): Promise<WireCall> => {
  const body = await readBody(request);
  const target = request.headers['x-amz-target'];
  const authorization = request.headers.authorization ?? null;
  if (typeof target === 'string') {
    return {
      operation: target.slice(target.indexOf('.') + 1),
      input: JSON.parse(body) as Record<string, unknown>,
      authorization,
    };
  }
  const form = Object.fromEntries(new URLSearchParams(body));
  return { operation: form['Action'] ?? '', input: form, authorization };
};

const sendFailure = (response: ServerResponse, failure: AwsError, isQuery: boolean): void => {
  if (isQuery) {
    response.writeHead(failure.statusCode, { 'content-type': 'text/xml' });
    response.end(
      `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>` +
        `<Code>${failure.wireCode}</Code><Message>${failure.message}</Message></Error>` +
        `<RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>`,
    );
    return;
  }
  response.writeHead(failure.statusCode, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(
    JSON.stringify({ __type: failure.code, message: failure.message, ...failure.members }),
  );
};

/** A loopback server that speaks AWS's JSON and query protocols, for real SDK clients. It checks no signature. */
export const startAwsWire = async (): Promise<AwsWire> => {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await readCall(request);
    const isQuery = request.headers['x-amz-target'] === undefined;
    wire.calls.push(call);
    try {
      const output = await wire.respond(call);
      if (typeof output['xml'] === 'string') {
        response.writeHead(200, { 'content-type': 'text/xml' });
        response.end(output['xml']);
        return;
      }
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(output));
    } catch (error) {
      const failure =
        error instanceof AwsError
          ? error
          : new AwsError('InternalFailure', String(error), { statusCode: 500 });
      if (failure.code === 'hang') return;
      sendFailure(response, failure, isQuery);
    }
  };
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const wire: AwsWire = {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    calls: [],
    respond: () => {
      throw new AwsError('NotImplemented', 'no answer was arranged', { statusCode: 501 });
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return wire;
};

/** Credentials that are of no use anywhere. */
export const wireCredentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' };

/** Fails a test that resolves credentials for a call which AWS takes unsigned. */
export const noCredentials = () =>
  Promise.reject<typeof wireCredentials>(new TypeError('credentials were resolved'));
