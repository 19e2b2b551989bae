import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { apiRoutes, routeNameOf, type ApiRoute } from '../../core/contracts/api-routes.ts';
import type { Caller } from '../../core/contracts/caller.ts';
import { errorCatalogue, StepkeyError } from '../../core/errors.ts';
import type { RefusalBasis } from '../../core/grants/refusal.ts';
import { authenticate } from '../../core/token/authenticate.ts';
import { tokenOfAuthorization } from '../../core/token/presented-token.ts';
import { withCors } from './cors.ts';
import { answer, problemAnswerOf } from './http-answer.ts';
import { readHttpRequest, type HttpRequest } from './http-request.ts';
import type { HttpContext, HttpPorts, Routes } from './route.ts';

/** The gateway gives up after 29 s, the function after 25 s and the machine after 20 s: an answer comes before them. */
const patienceMillis = 24_000;

/** What is known of a request when it is refused. */
interface Seen {
  /** Null where the token itself was refused; without a subject where a machine named one that was not found. */
  caller:
    (Pick<Caller, 'client' | 'actor' | 'tokenId'> & { readonly subject: string | null }) | null;
  grant: string | null;
  /** Once it is established for whom the request is. */
  basisOfRefusal: (() => RefusalBasis) | null;
}

/** What is logged of a request: names and codes, nothing that was presented. */
export interface RequestLog {
  readonly info: (message: string, fields: Readonly<Record<string, unknown>>) => void;
  readonly error: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

const routesByName = new Map(apiRoutes.map((route) => [routeNameOf(route), route]));

/**
 * Answers requests of the gateway. Never throws: every failure is a problem document.
 * @param routes what this function answers, of the routes in core/contracts/api-routes.ts
 */
export const createHandler =
  <Ports extends HttpPorts, Context extends HttpContext>(
    routes: Routes<Ports, Context>,
    ports: Ports,
    context: Context,
    log: RequestLog,
  ) =>
  async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const request = readHttpRequest(event);
    const finish = (result: APIGatewayProxyResult) =>
      withCors(result, request.headers['origin'], context.corsOrigins);
    const seen: Seen = { caller: null, grant: null, basisOfRefusal: null };
    try {
      const result = await respond(routes, ports, context, request, seen);
      log.info('answered', {
        requestId: request.requestId,
        route: request.route,
        status: result.statusCode,
      });
      return finish(result);
    } catch (error) {
      const refusal = toStepkeyError(error);
      const { status, denial } = errorCatalogue[refusal.name];
      log[status >= 500 ? 'error' : 'info']('refused', {
        requestId: request.requestId,
        route: request.route,
        status,
        error: refusal.name,
        ...causeOf(refusal),
      });
      countRefusal(ports, refusal.name);
      if (denial && !refusal.isRecorded) await recordDenial(ports, refusal, seen, log);
      const isContainerPath = request.route.includes('/container-credentials/');
      return finish(problemAnswerOf(refusal, request.requestId, isContainerPath));
    }
  };

const respond = async <Ports extends HttpPorts, Context extends HttpContext>(
  routes: Routes<Ports, Context>,
  ports: Ports,
  context: Context,
  request: HttpRequest,
  seen: Seen,
): Promise<APIGatewayProxyResult> => {
  if (request.route === 'GET /v1/health') {
    return answer({ status: 'ok', version: context.version });
  }
  const route = routesByName.get(request.route);
  const prepare = routes[request.route];
  if (route === undefined || route.door === null || prepare === undefined) {
    throw new StepkeyError('Request.NotFound');
  }
  const deadlineEpochMillis = ports.clock.nowEpochMillis() + patienceMillis;
  const token = tokenOfAuthorization(request.headers['authorization']);
  const presenter = await authenticate(token, route.door, ports, context);
  seen.caller = presenter;
  requireScope(route, presenter);
  const { grant, onBehalfOf = null, callerOf, basisOfRefusal, run } = prepare(request);
  seen.grant = grant;
  // Until the subject is found, there is none to name in the record.
  if (onBehalfOf !== null && presenter.kind === 'machine') {
    seen.caller = { ...presenter, subject: null, actor: presenter.client };
  }
  const caller =
    callerOf === undefined ? presenter : await callerOf(ports, context, presenter, onBehalfOf);
  if (callerOf !== undefined) seen.caller = caller;
  if (basisOfRefusal !== undefined) seen.basisOfRefusal = () => basisOfRefusal(context, caller);
  return run(ports, context, { caller, onBehalfOf, token, deadlineEpochMillis });
};

/** The gateway has looked already; the broker looks itself, as it does for everything else in the token. */
const requireScope = ({ door, scopes }: ApiRoute, caller: Caller): void => {
  if (door === 'access' && !scopes.some((scope) => caller.scopes.includes(scope))) {
    throw new StepkeyError('Token.ScopeMissing');
  }
};

/** The two metrics have the names of the catalogue between them; which one has a name, the catalogue says. */
const countRefusal = ({ meter }: HttpPorts, reason: StepkeyError['name']): void => {
  meter.measure(errorCatalogue[reason].denial ? 'Denied' : 'Failed', 1, { reason });
};

/** A programmer's mistake shows as an internal error; its name is logged, its message is not: it may quote a value. */
const toStepkeyError = (error: unknown): StepkeyError =>
  error instanceof StepkeyError ? error : new StepkeyError('Config.Invalid', { cause: error });

const causeOf = ({ cause }: StepkeyError): Readonly<Record<string, string>> =>
  cause instanceof Error ? { cause: cause.name, at: firstFrameOf(cause) } : {};

/** The stack begins with the message, which may be anything: it is cut off before a frame is looked for. */
const firstFrameOf = ({ message, stack = '' }: Error): string => {
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n');
  return frames.find((line) => /^\s+at .+:\d+:\d+\)?$/.test(line))?.trim() ?? '';
};

/** The one thing that a refused request creates. The refusal stands even when it cannot be recorded. */
const recordDenial = async (
  ports: HttpPorts,
  refusal: StepkeyError,
  seen: Readonly<Seen>,
  log: RequestLog,
): Promise<void> => {
  try {
    await ports.ledger.recordDenial({
      denialId: ports.ids.next(),
      error: refusal.name,
      subject: seen.caller?.subject ?? null,
      client: seen.caller?.client ?? null,
      actor: seen.caller?.actor ?? null,
      grant: seen.grant,
      tokenId: seen.caller?.tokenId ?? null,
      basis: seen.basisOfRefusal?.() ?? null,
      atEpochSeconds: Math.floor(ports.clock.nowEpochMillis() / 1000),
    });
  } catch (error) {
    log.error('denial not recorded', { error: error instanceof Error ? error.name : 'unknown' });
  }
};
