/**
 * The broker in one process: the deployed text of the state machine, the functions' own code and adapters, the twin's
 * table and keys, and a gate at every call. Identity pool, STS and tokens are fakes of their ports. One file, though long:
 * it only joins parts.
 */
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { SFNClient } from '@aws-sdk/client-sfn';

import { dynamoCredentialStore } from '../../../adapters/credential-store.ts';
import { nodeDigest } from '../../../adapters/digest.ts';
import { onceFor } from '../../../adapters/idempotency.ts';
import { dynamoIdentityRegistry } from '../../../adapters/identity-registry.ts';
import { stepFunctionsIssueMachine } from '../../../adapters/issue-machine.ts';
import { dynamoLedger } from '../../../adapters/ledger.ts';
import { kmsSealer } from '../../../adapters/sealer.ts';
import { claimsReferencedBy } from '../../../core/grants/placeholders.ts';
import type {
  CredentialIssuer,
  IdentityDirectory,
  OpenIdTokenSource,
  Sealer,
} from '../../../core/ports.ts';
import { resolveSubject } from '../../../core/subject/resolve-subject.ts';
import { createFlights } from '../../../functions/api/flights.ts';
import { routes } from '../../../functions/api/routes.ts';
import { warmingAfterIdle } from '../../../functions/api/warming-machine.ts';
import { mapRole, type MapRoleInput } from '../../../functions/decide/map-role.ts';
import {
  validateToken,
  type ValidateTokenInput,
} from '../../../functions/decide/validate-token.ts';
import {
  assumeMappedRole,
  type AssumeMappedRoleInput,
} from '../../../functions/exchange/assume-mapped-role.ts';
import {
  obtainOpenIdToken,
  type ObtainOpenIdTokenInput,
} from '../../../functions/exchange/obtain-open-id-token.ts';
import { createHandler } from '../../../functions/http/handler.ts';
import {
  obtainOpenIdTokenWithLogin,
  type ObtainOpenIdTokenWithLoginInput,
} from '../../../functions/identity/obtain-open-id-token-with-login.ts';
import type { RegisterIdentityInput } from '../../../functions/identity/register-identity.ts';
import { registerOnce } from '../../../functions/identity/register-once.ts';
import { execute } from '../../../local/asl/execute.ts';
import { parseDefinition } from '../../../local/asl/parse.ts';
import { eventOf } from '../callers-front.ts';
import type { Minter } from '../mint-boundaries.ts';
import { fakeCredentialIssuer } from '../fakes/fake-credential-issuer.ts';
import { fakeMeter } from '../fakes/fake-meter.ts';
import { fakeIdentityPool } from '../fakes/fake-identity-pool.ts';
import { fakeTokenVerifier } from '../fakes/fake-token-verifier.ts';
import { fakeUserDirectory, rita } from '../fakes/fake-user-directory.ts';
import { decisionContextOf } from '../grants.ts';
import { idClaimsOf, machineClaimsOf, tokenOf, userPool } from '../tokens.ts';
import { twinContext } from '../twin/call-context.ts';
import { createGate, portFailures } from './gate.ts';
import { inProcessAws, tableName } from './in-process-aws.ts';
import { taskRunner } from './in-process-tasks.ts';
import { virtualTime } from './virtual-time.ts';

const substitutions: Readonly<Record<string, string>> = {
  Partition: 'aws',
  DecideFunctionArn: 'decide',
  IdentityFunctionArn: 'identity',
  ExchangeFunctionArn: 'exchange',
  TableName: tableName,
  IdentityMode: 'linked',
  DeveloperIdentityCallsPerSecond: '50',
  BatchCallsPerSecond: '30',
  StsCallsPerSecond: '300',
  KmsCallsPerSecond: '2000',
  ClientShares: '{}',
};

const machineOf = (source: string) => {
  const text = source.replace(
    /\$\{(\w+)\}/g,
    (whole, name: string) => substitutions[name] ?? whole,
  );
  const { machine, diagnostics } = parseDefinition(text);
  if (machine === null) throw new TypeError(JSON.stringify(diagnostics));
  return machine;
};

const machineText = readFileSync(
  new URL('../../../statemachines/issue-credentials.asl.json', import.meta.url),
  'utf8',
);

/** Whoever a test asks for: a reader, whom nobody else asks for. */
const subOf = (number: number): string => {
  const hex = createHash('sha256').update(String(number)).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** What is asked for: credentials for oneself, a job's for somebody, or only who one is. */
export type Asked = Minter | 'identity';

const requestOf = (as: Asked, subject: string): Partial<APIGatewayProxyEvent> => {
  if (as === 'person') return { body: '{"grant":"own-files"}' };
  if (as === 'identity') {
    return { httpMethod: 'GET', resource: '/v1/identity', path: '/v1/identity' };
  }
  const path = '/v1/exchange/credentials';
  return { resource: path, path, body: JSON.stringify({ grant: 'reports', subject }) };
};

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
  /** Of virtual time. */
  readonly tookMillis: number;
}

/**
 * @param tellTime told of each new instant, for libraries that ask the system for the time
 * @param source of the state machine, where a test changes it
 */
export const inProcessBroker = async (
  tellTime: (nowEpochMillis: number) => void,
  source = machineText,
) => {
  const startEpochMillis = Date.UTC(2026, 10, 21, 12);
  tellTime(startEpochMillis);
  const time = virtualTime(startEpochMillis, tellTime);
  const gate = createGate(time);
  const aws = await inProcessAws(time, gate);
  const machine = machineOf(source);
  const pool = fakeIdentityPool();
  let stsAheadMillis = 0;
  const sts = fakeCredentialIssuer({
    nowEpochMillis: () => time.nowEpochMillis() + stsAheadMillis,
  });
  const verifier = fakeTokenVerifier(time);
  const users = fakeUserDirectory();
  const decisions = decisionContextOf();
  const context = {
    ...decisions,
    userPools: [userPool],
    referencedClaims: new Set(decisions.grants.flatMap(claimsReferencedBy)),
    identityMode: 'linked' as const,
    auditGroup: 'auditors',
    corsOrigins: [],
    version: '0.1.0',
  };
  const executions: { name: string; states: string[] }[] = [];
  /** The sessions that were on record when STS was asked for each key. */
  const keys: {
    readonly accessKeyId: string;
    readonly sessionId: string;
    readonly hadRecord: boolean;
  }[] = [];
  let killAt: { readonly state: string; readonly when: 'enter' | 'exit' } | null = null;
  let onEnter: ((state: string) => Promise<void>) | null = null;
  let onBoundary: ((state: string, when: 'enter' | 'exit') => Promise<void>) | null = null;
  const inBackground: Promise<unknown>[] = [];
  let people = 0;
  let ids = 0;

  const port = <In extends readonly unknown[], Out>(
    name: string,
    call: (...input: In) => Promise<Out>,
    garbage: () => Out,
    timeoutMillis: number,
  ) => {
    const failures = portFailures(garbage, timeoutMillis);
    return (...input: In): Promise<Out> => gate.pass(name, () => call(...input), failures);
  };

  /**
   * Of one person's case; every function's process is new, so that no data key is in memory yet.
   * @param frontName of the calls of its front
   */
  const newProcesses = (frontName = 'front') => {
    const sealerOf = (who: string): Sealer => {
      const sealer = kmsSealer({ client: aws.kmsOf(who), keyArn: aws.keyArn });
      return {
        seal: (...input) => time.during(sealer.seal(...input)),
        prepare: (...input) => time.during(sealer.prepare(...input)),
        open: (...input) => time.during(sealer.open(...input)),
      };
    };
    const assuming = new Set<string>();
    type Request = Parameters<CredentialIssuer['assumeRole']>[0];
    const assumeRole = async (sessionId: string, request: Request) => {
      const [row] = (await aws.rows(`SESSION#${sessionId}`)).filter(
        ({ sk }) => sk?.S === 'SESSION',
      );
      const assumed = await sts.assumeRole(request);
      keys.push({
        accessKeyId: assumed.credentials.accessKeyId,
        sessionId,
        hadRecord:
          row?.['roleArn']?.S === request.roleArn && row['sessionName']?.S === request.sessionName,
      });
      return assumed;
    };
    const exchange = {
      clock: time,
      timer: time,
      openIdTokens: {
        obtain: port('exchange obtain', pool.obtain, () => 'garbage', 4000),
      } satisfies OpenIdTokenSource,
      issuer: {
        assumeRole: (request: Request) => {
          const [sessionId = ''] = assuming;
          const garbage = () => ({}) as Awaited<ReturnType<typeof assumeRole>>;
          return port('exchange assumeRole', assumeRole, garbage, 5000)(sessionId, request);
        },
      },
      sealer: sealerOf('exchange'),
      digest: nodeDigest,
    };
    const decide = {
      clock: time,
      users: { find: port('decide find', users.find, () => null, 1500) },
      verifier: { verify: port('decide verify', verifier.verify, () => ({}), 1500) },
      sealer: sealerOf('decide'),
    };
    const table = { client: aws.dynamoDbOf('identity'), tableName };
    const identity = {
      clock: time,
      timer: time,
      directory: {
        identityOfLogin: port('identity GetId', pool.identityOfLogin, () => 'garbage', 4000),
        register: port('identity register', pool.register, () => 'garbage', 4000),
        identityOfDeveloper: port('identity look up', pool.identityOfDeveloper, () => null, 4000),
      } satisfies IdentityDirectory,
      openIdTokens: { obtain: port('identity obtain', pool.obtain, () => 'garbage', 4000) },
      registry: dynamoIdentityRegistry(table),
      sealer: sealerOf('identity'),
      once: onceFor({
        ...table,
        name: 'register-identity',
        leaseMillis: 10_000,
        rememberSeconds: 60,
      }),
    };
    const login = {
      userPools: [userPool],
      developerProvider: decisions.developerProvider,
      identityMode: 'linked' as const,
    };
    const tasks: Readonly<Record<string, (event: never) => unknown>> = {
      'warm-up': () => null,
      'validate-token': (event: ValidateTokenInput) => validateToken(decide, context, event),
      'resolve-subject': (event: {
        presenter: Parameters<typeof resolveSubject>[2];
        onBehalfOf: string;
      }) => resolveSubject(decide, context, event.presenter, event.onBehalfOf),
      'map-role': (event: MapRoleInput) => mapRole(decisions, event),
      'register-identity': (event: RegisterIdentityInput) => registerOnce(identity, login, event),
      'obtain-open-id-token': (event: ObtainOpenIdTokenInput) =>
        obtainOpenIdToken(exchange, decisions, event),
      'obtain-open-id-token-with-login': (event: ObtainOpenIdTokenWithLoginInput) =>
        obtainOpenIdTokenWithLogin(identity, login, event),
      'assume-mapped-role': async (event: AssumeMappedRoleInput) => {
        assuming.add(event.sessionId);
        try {
          return await assumeMappedRole(exchange, event);
        } finally {
          assuming.delete(event.sessionId);
        }
      },
    };

    const runTask = taskRunner(tasks, (state) => aws.callOfState(state), gate);
    const startExecution = async (name: string, input: unknown): Promise<object> => {
      const states: string[] = [];
      executions.push({ name, states });
      const stop = new AbortController();
      const outcome = await execute(machine, {
        id: `arn:aws:states:us-east-1:123456789012:express:issue-credentials:${name}:0`,
        name,
        roleArn: 'arn:aws:iam::123456789012:role/machine',
        stateMachine: { id: 'arn:aws:states:us-east-1:123456789012:stateMachine:m', name: 'm' },
        input,
        timers: time.timers,
        random: () => 0.5,
        record: () => undefined,
        runTask,
        signal: stop.signal,
        pause: async (state, when) => {
          if (when === 'enter') states.push(state);
          if (when === 'enter') await onEnter?.(state);
          await onBoundary?.(state, when);
          if (killAt?.state === state && killAt.when === when) {
            killAt = null;
            stop.abort();
          }
        },
      });
      if (outcome.status === 'ABORTED') {
        throw Object.assign(new Error('killed'), {
          name: 'InternalFailure',
          $metadata: { httpStatusCode: 500 },
        });
      }
      return { ...outcome, executionArn: name };
    };
    const states = {
      send: async (command: {
        readonly input: { name: string; input: string };
        readonly constructor: unknown;
      }) => {
        const { name, input } = command.input;
        const operation = (command.constructor as { name: string }).name.replace('Command', '');
        return gate.pass<object>(
          `${frontName} ${operation}`,
          () => {
            const execution = startExecution(name, JSON.parse(input));
            if (operation === 'StartSyncExecution') return execution;
            inBackground.push(execution.catch(() => undefined));
            return Promise.resolve({ executionArn: name });
          },
          {
            fails: () =>
              Object.assign(new Error(), { name: 'X', $metadata: { httpStatusCode: 500 } }),
            throttles: () => Object.assign(new Error(), { name: 'ThrottlingException' }),
            garbage: () => ({ status: 'SUCCEEDED', output: '{"outcome":"issued"}' }),
            timeoutMillis: 22_000,
          },
        );
      },
    } as unknown as SFNClient;
    const front = { client: aws.dynamoDbOf(frontName), tableName };
    const log: unknown[] = [];
    const meter = fakeMeter();
    const note = (message: string, fields: unknown): void => void log.push({ message, fields });
    const handle = createHandler(
      routes,
      {
        clock: time,
        timer: time,
        ids: {
          next: () => {
            ids += 1;
            return `00000000-0000-7000-8000-${String(ids).padStart(12, '0')}`;
          },
        },
        meter,
        users: { find: port(`${frontName} find`, users.find, () => null, 1500) },
        verifier: { verify: port(`${frontName} verify`, verifier.verify, () => ({}), 1500) },
        sealer: sealerOf(frontName),
        store: dynamoCredentialStore({ ...front, timer: time }),
        ledger: dynamoLedger({ ...front, timer: time }),
        machine: warmingAfterIdle(
          stepFunctionsIssueMachine({ client: states, stateMachineArn: 'arn' }),
          time,
        ),
        flights: createFlights(),
      },
      context,
      { info: note, error: note },
    );
    return { handle, log, meter, startExecution, sealer: sealerOf('batches') };
  };

  return {
    time,
    gate,
    aws,
    keys,
    executions,
    /** Behind the gate, for what no fault of a call can do. */
    pool,
    newProcesses,
    /** Somebody who has never been here, and processes that have just started. */
    newCase: () => {
      people += 1;
      const sub = subOf(people);
      const subject = `users:${sub}`;
      users.put(userPool.userPoolId, { ...rita, sub, username: sub, attributes: { sub } });
      let { handle, meter } = newProcesses();
      const start = async (by: typeof handle, as: Asked = 'person'): Promise<Answer> => {
        const nowEpochSeconds = Math.floor(time.nowEpochMillis() / 1000);
        const times = {
          auth_time: nowEpochSeconds - 300,
          iat: nowEpochSeconds - 300,
          exp: nowEpochSeconds + 3300,
        };
        const claims =
          as === 'job' ? machineClaimsOf('batch', times) : idClaimsOf({ sub, ...times });
        const token = tokenOf(claims);
        verifier.accept(token, claims);
        const startedAt = time.nowEpochMillis();
        const { statusCode, body } = await by(
          eventOf({
            ...requestOf(as, subject),
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          }),
        );
        return {
          status: statusCode,
          body: JSON.parse(body) as Record<string, unknown>,
          text: body,
          tookMillis: time.nowEpochMillis() - startedAt,
        };
      };
      return {
        subject,
        /** Other processes than before: nothing is in their memory. */
        restart: () => {
          ({ handle, meter } = newProcesses());
        },
        /** How often this was measured since the processes started. */
        countOf: (name: string): number =>
          meter.measured.filter((measurement) => measurement.name === name).length,
        ask: (as: Asked = 'person') => time.until(start(handle, as)),
        /** Asks while the test lets time pass; by processes of its own where it gives their front a name. */
        begin: (as: Minter, frontName?: string) =>
          start(frontName === undefined ? handle : newProcesses(frontName).handle, as),
        /** Of many at once, each by one of so many sets of processes in turn, which share nothing but the table. */
        askAtOnce: async (count: number, sets: number): Promise<readonly Answer[]> => {
          const handles = Array.from({ length: sets }, () => newProcesses().handle);
          return time.until(
            Promise.all(
              Array.from({ length: count }, (_, at) => start(handles[at % sets] ?? handle)),
            ),
          );
        },
      };
    },
    /** Kills the next execution that gets there. */
    killAt: (state: string, when: 'enter' | 'exit') => {
      killAt = { state, when };
    },
    isKilled: () => killAt === null,
    /** How far the clock of STS is ahead of the broker's; negative for behind. */
    setStsAhead: (millis: number) => {
      stsAheadMillis = millis;
    },
    /** As an operator's revocation writes it: the epoch rises, the cut-off is now, nothing is issued any more. */
    revoke: async (subject: string): Promise<void> => {
      const input = {
        TableName: tableName,
        Key: { pk: { S: `SUBJECT#${subject}` }, sk: { S: 'SUBJECT' } },
        UpdateExpression: 'ADD epoch :one, suspended :one SET revokedBeforeEpochSeconds = :now',
        ExpressionAttributeValues: {
          ':one': { N: '1' },
          ':now': { N: String(Math.floor(time.nowEpochMillis() / 1000)) },
        },
      };
      await aws.call('dynamodb', 'UpdateItem', input, twinContext);
    },
    /** As the revocation being taken back writes it: the counter stays. */
    restore: async (subject: string): Promise<void> => {
      const input = {
        TableName: tableName,
        Key: { pk: { S: `SUBJECT#${subject}` }, sk: { S: 'SUBJECT' } },
        UpdateExpression: 'REMOVE suspended, revokedBeforeEpochSeconds',
      };
      await aws.call('dynamodb', 'UpdateItem', input, twinContext);
    },
    /** What else happens while an execution is about to enter a state. */
    onEnter: (act: ((state: string) => Promise<void>) | null) => {
      onEnter = act;
    },
    /** The same, also when it is about to leave one. */
    onBoundary: (act: ((state: string, when: 'enter' | 'exit') => Promise<void>) | null) => {
      onBoundary = act;
    },
    /** Settled when the executions have ended that nobody waits for; the test lets time pass. */
    background: () => Promise.all(inBackground),
    close: () => aws.close(),
  };
};

export type InProcessBroker = Awaited<ReturnType<typeof inProcessBroker>>;
