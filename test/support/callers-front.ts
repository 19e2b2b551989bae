import type { APIGatewayProxyEvent } from 'aws-lambda';

import type { Session } from '../../core/contracts/session.ts';
import type { Grant } from '../../core/grants/grant.ts';
import { claimsReferencedBy } from '../../core/grants/placeholders.ts';
import { createFlights } from '../../functions/api/flights.ts';
import type { FrontContext, FrontPorts, FrontRequest } from '../../functions/api/front.ts';
import { routes } from '../../functions/api/routes.ts';
import { createHandler } from '../../functions/http/handler.ts';
import { entryOf, sessionOf } from './callers-sessions.ts';
import { callerOf, noonEpochSeconds } from './callers.ts';
import { fakeIssueMachine } from './fakes/fake-issue-machine.ts';
import { fakeMeter } from './fakes/fake-meter.ts';
import { fakeSealer } from './fakes/fake-sealer.ts';
import { fakeTable } from './fakes/fake-table.ts';
import { fakeUserDirectory, rita } from './fakes/fake-user-directory.ts';
import { fakeTokenVerifier } from './fakes/fake-token-verifier.ts';
import { fakeClock } from './fakes/fixed-clock.ts';
import { sequentialIds } from './fakes/sequential-ids.ts';
import { decisionContextOf, identityId } from './grants.ts';
import { idClaimsOf, tokenOf, userPool } from './tokens.ts';

export interface LogLine {
  readonly level: 'info' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What the gateway hands the front: a request of the reader with the app, unless changed. */
export const eventOf = (changes: Partial<APIGatewayProxyEvent> = {}): APIGatewayProxyEvent =>
  ({
    httpMethod: 'POST',
    resource: '/v1/credentials',
    path: '/v1/credentials',
    headers: { Authorization: `Bearer ${tokenOf()}`, 'Content-Type': 'application/json' },
    multiValueHeaders: {},
    pathParameters: null,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    stageVariables: null,
    body: null,
    isBase64Encoded: false,
    requestContext: { requestId: 'request-1' },
    ...changes,
  }) as APIGatewayProxyEvent;

/** The front at noon, with fakes for the world, and a journal of every effect in its order. */
export const frontAtNoon = (options: { readonly grants?: readonly Grant[] } = {}) => {
  const clock = fakeClock(noonEpochSeconds * 1000);
  const table = fakeTable();
  const machine = fakeIssueMachine();
  const sealer = fakeSealer();
  const verifier = fakeTokenVerifier(clock);
  const meter = fakeMeter();
  const users = fakeUserDirectory();
  users.put(userPool.userPoolId, rita);
  const journal: string[] = [];
  const log: LogLine[] = [];
  const noted =
    <Input extends readonly unknown[], Output>(
      effect: string,
      call: (...input: Input) => Promise<Output>,
    ) =>
    (...input: Input): Promise<Output> => {
      journal.push(effect);
      return call(...input);
    };
  const ports: FrontPorts = {
    clock,
    meter,
    timer: { wait: noted('wait', clock.wait) },
    ids: sequentialIds(),
    users: { find: noted('find', users.find) },
    verifier: { verify: noted('verify', verifier.verify) },
    sealer: { seal: noted('seal', sealer.seal), open: noted('open', sealer.open) },
    store: { read: noted('read', table.read) },
    ledger: {
      recordIssuance: noted('record issuance', table.recordIssuance),
      recordDenial: noted('record denial', table.recordDenial),
    },
    machine: { run: noted('run', machine.run), start: noted('start', machine.start) },
    flights: createFlights(),
  };
  const decisions = decisionContextOf(options.grants ? { grants: options.grants } : {});
  const context: FrontContext = {
    ...decisions,
    userPools: [userPool],
    referencedClaims: new Set(decisions.grants.flatMap(claimsReferencedBy)),
    identityMode: 'linked',
    auditGroup: 'auditors',
    corsOrigins: [],
    version: '0.1.0',
  };
  const present = (claims: Record<string, unknown>): string => {
    const token = tokenOf(claims);
    verifier.accept(token, claims);
    return token;
  };
  present(idClaimsOf());
  const line = (level: LogLine['level']) => (message: string, fields: LogLine['fields']) => {
    log.push({ level, message, fields });
  };
  const request: FrontRequest = {
    caller: callerOf(),
    onBehalfOf: null,
    token: tokenOf(),
    deadlineEpochMillis: noonEpochSeconds * 1000 + 25_000,
  };
  return {
    clock,
    table,
    machine,
    sealer,
    verifier,
    users,
    meter,
    ports,
    context,
    request,
    journal,
    log,
    /** Has the verifier accept a token of these claims. */
    present,
    handle: createHandler(routes, ports, context, { info: line('info'), error: line('error') }),
    /** Remembers the reader's identity, and gives it to the table as registered. */
    register: (linked = true) => table.remember(callerOf().subject, { identityId, linked }),
    /** Puts an entry of a session where the reader's decision finds it. */
    putSession: async (session: Session = sessionOf()) => {
      const sealed = await sealer.seal('credentials', session.grant, JSON.stringify(session));
      table.putEntry(session.subject, session.cacheKey, entryOf(session, sealed));
    },
    /** Has the machine mint this session, or find it in the cache. */
    mintsSession: (session: Session, source: 'minted' | 'cache' = 'minted') => {
      machine.endIn(async (_, name) => ({
        outcome: 'issued',
        source,
        sessionId: session.sessionId,
        issuanceId: name,
        sealedSession: await sealer.seal('credentials', session.grant, JSON.stringify(session)),
      }));
    },
  };
};

export type Front = ReturnType<typeof frontAtNoon>;
