import type { APIGatewayProxyEvent } from 'aws-lambda';
import { nodeDigest } from '../../adapters/digest.ts';
import type { ExecutionLog } from '../../core/ledger/execution-log.ts';
import { genesis, linkAfter, recordOfLink, type Link } from '../../core/ledger/link.ts';
import { listedFrom, listingOf, type Listing, type ListFilter } from '../../core/ledger/listing.ts';
import { mergeNewestFirst } from '../../core/ledger/merge-pages.ts';
import type { PlainRow } from '../../core/ledger/read-change.ts';
import type { LedgerReader } from '../../core/ledger/reader.ts';
import { shardCount, shardOf, textOfRecord, type LedgerRecord } from '../../core/ledger/record.ts';
import { routes } from '../../functions/audit/routes.ts';
import { createHandler } from '../../functions/http/handler.ts';
import { eventOf } from './callers-front.ts';
import { noonEpochSeconds } from './callers.ts';
import { fakeMeter } from './fakes/fake-meter.ts';
import { fakeTable } from './fakes/fake-table.ts';
import { fakeTokenVerifier } from './fakes/fake-token-verifier.ts';
import { fakeClock } from './fakes/fixed-clock.ts';
import { sequentialIds } from './fakes/sequential-ids.ts';
import { accessClaimsOf, tokenOf, userPool } from './tokens.ts';

interface Row {
  readonly link: Link;
  readonly listing: Listing;
}

/** Chains of these records in memory, read in pages as the table gives them. */
const readerOf = (
  records: readonly LedgerRecord[],
  sessions: ReadonlyMap<string, PlainRow>,
): LedgerReader => {
  const chains = Array.from({ length: shardCount }, (): Link[] => []);
  for (const record of records) {
    const shard = shardOf(record, nodeDigest);
    const chain = chains[shard] ?? [];
    chain.push(linkAfter(chain.at(-1) ?? genesis, shard, textOfRecord(record), nodeDigest));
  }
  const rows = chains.map((chain) =>
    chain
      .flatMap((link): Row[] => {
        const listing = listingOf(recordOfLink(link));
        return listing === null ? [] : [{ link, listing }];
      })
      .sort((left, right) => (left.listing.listedAt < right.listing.listedAt ? 1 : -1)),
  );
  const page = async (
    isWanted: (row: Row) => boolean,
    before: string | null,
    limit: number,
  ): Promise<{ links: readonly Link[]; next: string | null }> => {
    const { items, next } = await mergeNewestFirst(
      rows.map((of) => ({
        read: (from: string | null) => {
          const rest = of.filter(({ listing }) => from === null || listing.listedAt < from);
          const looked = rest.slice(0, 3);
          return Promise.resolve({
            items: looked.filter(isWanted),
            lookedTo:
              rest.length > looked.length ? (looked.at(-1)?.listing.listedAt ?? null) : null,
          });
        },
      })),
      ({ listing }) => listing.listedAt,
      before,
      limit,
    );
    return { links: items.map(({ link }) => link), next };
  };
  return {
    list: ({ filters, outcome, fromEpochSeconds, toEpochSeconds, before, limit }) =>
      page(
        ({ listing }) =>
          listing.outcome !== null &&
          (outcome === null || listing.outcome === outcome) &&
          (fromEpochSeconds === null || listing.listedAt >= listedFrom(fromEpochSeconds)) &&
          (toEpochSeconds === null || listing.listedAt < listedFrom(toEpochSeconds)) &&
          Object.entries(filters).every(
            ([name, value]) => listing.terms[name as ListFilter] === value,
          ),
        before,
        limit,
      ),
    listSessionsOf: (subject, _, limit) =>
      page(
        ({ listing }) => listing.outcome === null && listing.terms.subject === subject,
        null,
        limit,
      ),
    readRecord: (kind, id) =>
      Promise.resolve(
        chains.flat().filter((link) => {
          const record = recordOfLink(link);
          return record.kind === kind && record.id === id;
        }),
      ),
    readSessions: (ids) =>
      Promise.resolve(new Map([...sessions].filter(([id]) => ids.includes(id)))),
    readSubject: () => Promise.resolve(null),
    readHeads: () =>
      Promise.resolve(chains.map((chain, shard) => ({ ...genesis, ...chain.at(-1), shard }))),
    readChain: (shard, after, limit) =>
      Promise.resolve(
        (chains[shard] ?? []).filter(({ sequence }) => sequence > after).slice(0, limit),
      ),
  };
};

/** The API of auditors over these records, as `audrey` or somebody else with the scope asks it. */
export const auditApi = (
  records: readonly LedgerRecord[],
  options: {
    readonly sessions?: ReadonlyMap<string, PlainRow>;
    readonly executionLog?: ExecutionLog;
  } = {},
) => {
  const clock = fakeClock(noonEpochSeconds * 1000);
  const verifier = fakeTokenVerifier(clock);
  const handle = createHandler(
    routes,
    {
      clock,
      meter: fakeMeter(),
      ids: sequentialIds(),
      verifier,
      ledger: { recordDenial: () => Promise.resolve() },
      reader: readerOf(records, options.sessions ?? new Map()),
      store: fakeTable(),
      executionLog: options.executionLog ?? {
        read: () => Promise.resolve({ events: [], cutShort: false }),
      },
      digest: nodeDigest,
      readLog: () => undefined,
    },
    {
      userPools: [userPool],
      referencedClaims: new Set(),
      corsOrigins: [],
      version: '0',
      reach: { grants: [] },
      reachOfObject: () => null,
    },
    { info: () => undefined, error: () => undefined },
  );
  return async (
    resource: string,
    asked: {
      readonly query?: Record<string, string>;
      readonly path?: Record<string, string>;
      readonly auditor?: string;
    } = {},
  ) => {
    const claims = accessClaimsOf({ sub: asked.auditor ?? 'audrey', scope: 'stepkey/audit' });
    const token = tokenOf(claims);
    verifier.accept(token, claims);
    const event: Partial<APIGatewayProxyEvent> = {
      httpMethod: 'GET',
      resource,
      path: resource,
      headers: { Authorization: `Bearer ${token}` },
      pathParameters: asked.path ?? null,
      queryStringParameters: asked.query ?? null,
      body: null,
    };
    const { statusCode, headers = {}, body } = await handle(eventOf(event));
    return { status: statusCode, headers, text: body };
  };
};
