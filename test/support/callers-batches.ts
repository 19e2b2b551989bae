import type { APIGatewayProxyEvent } from 'aws-lambda';

import type { BatchReport } from '../../core/contracts/batch-answers.ts';
import { claimsReferencedBy } from '../../core/grants/placeholders.ts';
import type { BatchContext, BatchPorts } from '../../functions/batches/ports.ts';
import { routes } from '../../functions/batches/routes.ts';
import { createHandler } from '../../functions/http/handler.ts';
import { eventOf } from './callers-front.ts';
import { noonEpochSeconds } from './callers.ts';
import { fakeBatchMachine } from './fakes/fake-batch-machine.ts';
import { fakeBatchStore } from './fakes/fake-batch-store.ts';
import { fakeManifestStore } from './fakes/fake-manifest-store.ts';
import { fakeMeter } from './fakes/fake-meter.ts';
import { fakeSealer } from './fakes/fake-sealer.ts';
import { fakeTable } from './fakes/fake-table.ts';
import { fakeTokenVerifier } from './fakes/fake-token-verifier.ts';
import { fakeClock } from './fakes/fixed-clock.ts';
import { sequentialIds } from './fakes/sequential-ids.ts';
import { decisionContextOf, grantOf } from './grants.ts';
import { accessClaimsOf, machineClaimsOf, tokenOf, userPool } from './tokens.ts';

export const warrantSeconds = 43_200;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: BatchReport & { readonly type?: string };
}

/** Another grant that the job may act by, so that a grant can differ in its name alone. */
const otherGrant = grantOf({ use: 'act-as', clients: ['batch'] }, 'other-reports');
/** A grant of another machine's. */
const strangersGrant = grantOf({ use: 'act-as', clients: ['service'] }, 'strangers');

/** The function `batches` at noon, with fakes for the world. */
export const batchesAtNoon = () => {
  const clock = fakeClock(noonEpochSeconds * 1000);
  const batches = fakeBatchStore();
  const manifests = fakeManifestStore();
  const machine = fakeBatchMachine();
  const sealer = fakeSealer();
  const table = fakeTable();
  const verifier = fakeTokenVerifier(clock);
  const ports: BatchPorts = {
    clock,
    meter: fakeMeter(),
    ids: sequentialIds(),
    verifier,
    ledger: table,
    batches,
    manifests,
    machine,
    sealer,
    store: table,
  };
  const { grants: shipped, digest } = decisionContextOf();
  const grants = [...shipped, otherGrant, strangersGrant];
  const context: BatchContext = {
    grants,
    digest,
    warrantSeconds,
    userPools: [userPool],
    referencedClaims: new Set(grants.flatMap(claimsReferencedBy)),
    corsOrigins: [],
    version: '0.1.0',
  };
  const present = (claims: Record<string, unknown>): string => {
    const token = tokenOf(claims);
    verifier.accept(token, claims);
    return token;
  };
  const handle = createHandler(routes, ports, context, {
    info: () => undefined,
    error: () => undefined,
  });
  const ask = async (
    route: string,
    options: {
      readonly token?: string;
      readonly id?: string;
      readonly body?: unknown;
      readonly query?: Readonly<Record<string, string>>;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Answer> => {
    const [httpMethod = '', resource = ''] = route.split(' ');
    const { statusCode, headers, body } = await handle(
      eventOf({
        httpMethod,
        resource,
        path: resource.replace('{id}', options.id ?? ''),
        pathParameters: options.id === undefined ? null : { id: options.id },
        headers: {
          Authorization: `Bearer ${options.token ?? jobToken}`,
          'Content-Type': 'application/json',
          ...options.headers,
        },
        queryStringParameters: options.query ?? null,
        multiValueQueryStringParameters:
          options.query === undefined
            ? null
            : Object.fromEntries(
                Object.entries(options.query).map(([name, value]) => [name, [value]]),
              ),
        body: options.body === undefined ? null : JSON.stringify(options.body),
      } satisfies Partial<APIGatewayProxyEvent>),
    );
    return {
      status: statusCode,
      headers: headers ?? {},
      body: JSON.parse(body) as Answer['body'],
    };
  };
  const jobToken = present(machineClaimsOf('batch'));
  return {
    clock,
    batches,
    manifests,
    machine,
    sealer,
    table,
    ports,
    context,
    jobToken,
    /** Another machine with the same scope. */
    serviceToken: present(machineClaimsOf('service', { scope: 'stepkey/act-as' })),
    /** Reads everybody's, starts nothing. */
    auditorToken: present(machineClaimsOf('service', { scope: 'stepkey/audit' })),
    /** A person with every scope there is. */
    personToken: present(accessClaimsOf({ scope: 'stepkey/act-as stepkey/credentials' })),
    present,
    ask,
    start: (body: unknown = { grant: 'reports', subjects: ['alice', 'bob'] }, key?: string) =>
      ask('POST /v1/batches', {
        body,
        ...(key === undefined ? {} : { headers: { 'Idempotency-Key': key } }),
      }),
    /** Nothing began: no row, no list, no warrant's run. */
    isUntouched: async (batchId: string) =>
      machine.started.length === 0 &&
      manifests.texts.size === 0 &&
      (await batches.read(batchId)) === null,
  };
};
