/** Container credentials on the loopback: AWS SDKs ask the agent, the agent asks the broker. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBrokerApi } from '../broker-api.ts';
import { createSessionCache } from '../session-cache.ts';
import { sendCredentials, sendFailure } from './agent-answer.ts';
import { createDispenser, type Dispenser } from './dispenser.ts';
import type { Agent, AgentOptions } from './options.ts';
import { agentPathOf, readAgentPath } from './read-path.ts';
import { refuseRequest } from './refuse-request.ts';
import { newBearer, writeTokenFile } from './token-file.ts';

const defaultAnswerWithinMillis = 1_500;

/**
 * Starts the agent on 127.0.0.1 and writes its token file. Requests that are not answered with credentials are
 * answered with `code`/`message` and `Code`/`Message`.
 * @throws TypeError for an API's address that a token must not be sent to; the system's error for a port or a file
 */
export const startAgent = async (options: AgentOptions): Promise<Agent> => {
  const log =
    options.log ??
    ((line: string) => {
      process.stderr.write(`${line}\n`);
    });
  const stopping = new AbortController();
  const cache = createSessionCache();
  const dispenser = createDispenser({
    broker: createBrokerApi({
      api: options.api,
      // A request that is under way does not keep a stopped agent.
      fetch: (input, init) =>
        fetch(input, {
          ...init,
          signal: AbortSignal.any([stopping.signal, ...(init?.signal ? [init.signal] : [])]),
        }),
    }),
    profiles: options.profiles,
    cache,
    answerWithinMillis: options.answerWithinMillis ?? defaultAnswerWithinMillis,
    log,
  });
  const bearer = newBearer();
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
  server.on('request', (request, response) => {
    void answerRequest(request, response, { port, bearer, dispenser });
  });
  const close = async (): Promise<void> => {
    stopping.abort();
    cache.stop();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  const tokenFile = await writeTokenFile(options.tokenFile ?? null, bearer).catch(
    async (error: unknown) => {
      await close();
      throw error;
    },
  );
  const url = `http://127.0.0.1:${String(port)}`;
  let stopped: Promise<void> | null = null;
  return {
    url,
    tokenFile: tokenFile.path,
    environment: (profile, grant = null, query = {}) => ({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}${agentPathOf(profile, grant, query)}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile.path,
    }),
    stop: () =>
      (stopped ??= (async () => {
        await tokenFile.remove();
        await close();
      })()),
  };
};

const unknownPath = {
  status: 404,
  code: 'Request.NotFound',
  message: 'The agent answers /<profile>/<grant>, with ?roleArn= and ?subject= where needed.',
} as const;

const answerRequest = async (
  request: IncomingMessage,
  response: ServerResponse,
  context: { readonly port: number; readonly bearer: string; readonly dispenser: Dispenser },
): Promise<void> => {
  // Nothing is read of a body: the connection ends with the answer that refuses it.
  const refusal = refuseRequest(request, context);
  if (refusal !== null) {
    response.shouldKeepAlive = false;
    sendFailure(response, refusal);
    return;
  }
  const wish = readAgentPath(request.url ?? '');
  if (wish === null) {
    sendFailure(response, unknownPath);
    return;
  }
  const outcome = await context.dispenser(wish);
  if ('session' in outcome) sendCredentials(response, outcome.session);
  else sendFailure(response, outcome.failure);
};
