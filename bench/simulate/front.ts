/** The front's own code on the simulation's ports. */
import { createFlights } from '../../functions/api/flights.ts';
import type { FrontContext, FrontPorts } from '../../functions/api/front.ts';
import { issueCredentials } from '../../functions/api/issue-credentials.ts';
import type { IssuedSession } from '../../functions/api/issued-session.ts';
import type { Caller } from '../../core/contracts/caller.ts';
import type { CacheEntry, CredentialStore, KnownState, RevocationState } from '../../core/ports.ts';
import type { Chance } from './chance.ts';
import { grantName, identityIdAt, indexOf } from './deployment.ts';
import type { Kernel } from './kernel.ts';
import { latencyOf } from './latencies.ts';
import { openSealer } from './open-sealer.ts';
import type { SimulatedTable } from './table.ts';
import type { IssueMachine } from '../../core/ports.ts';

const nothingRevoked: RevocationState = { epoch: 0, revokedBeforeEpochSeconds: 0, suspensions: 0 };
const revocation = {
  subject: nothingRevoked,
  client: nothingRevoked,
  grant: nothingRevoked,
  everything: nothingRevoked,
};
const epochs = { subject: 0, client: 0, grant: 0, everything: 0 };

/** What the table holds for a subject now: what adapters/credential-store.ts reads out of the same rows. */
export const knownStateOf = (
  table: SimulatedTable,
  subject: string,
  cacheKey: string | null,
): KnownState => {
  const row = cacheKey === null ? undefined : table.get(`SUBJECT#${subject}`, `ENTRY#${cacheKey}`);
  const entry: CacheEntry | null =
    row?.['sealedSession']?.S === undefined
      ? null
      : {
          sealedSession: row['sealedSession'].S,
          sessionId: row['sessionId']?.S ?? '',
          identityId: row['identityId']?.S ?? '',
          expiresAtEpochSeconds: Number(row['expiresAtEpochSeconds']?.N),
          epochs,
        };
  const lease = row?.['leaseUntilEpochMillis']?.N;
  return {
    identity: { identityId: identityIdAt(indexOf(subject)), linked: true },
    revocation,
    allDeniedBeforeEpochSeconds: 0,
    entry,
    leaseUntilEpochMillis: lease === undefined ? null : Number(lease),
  };
};

/** The gateway's patience, from which functions/http/handler.ts takes the deadline. */
const patienceMillis = 24_000;

/** A warm function serves one request at a time, so each request has flights of its own. */
export const simulatedFront = (world: {
  readonly kernel: Kernel;
  readonly chance: Chance;
  readonly table: SimulatedTable;
  readonly context: FrontContext;
  readonly machine: IssueMachine;
}): ((caller: Caller) => Promise<IssuedSession>) => {
  const { kernel, chance, table, context, machine } = world;
  const store: CredentialStore = {
    read: async ({ subject }, cacheKey) => {
      await kernel.wait(latencyOf('tableRead', chance));
      return knownStateOf(table, subject, cacheKey);
    },
  };
  let ids = 0;
  const shared: Omit<FrontPorts, 'flights'> = {
    clock: kernel,
    timer: kernel,
    ids: { next: () => `id-${String((ids += 1))}` },
    meter: { measure: () => undefined },
    verifier: { verify: () => Promise.reject(new TypeError('no token is presented here')) },
    users: { find: () => Promise.resolve(null) },
    sealer: openSealer,
    store,
    ledger: {
      recordIssuance: () => kernel.wait(latencyOf('tableWrite', chance)),
      recordDenial: () => kernel.wait(latencyOf('tableWrite', chance)),
    },
    machine,
  };
  return async (caller) => {
    await kernel.wait(latencyOf('gateway', chance));
    return issueCredentials(
      { ...shared, flights: createFlights() },
      context,
      {
        caller,
        onBehalfOf: null,
        token: caller.subject,
        deadlineEpochMillis: kernel.nowEpochMillis() + patienceMillis,
      },
      { grant: grantName, roleArn: null, minTtlSeconds: null },
    );
  };
};
