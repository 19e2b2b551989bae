import type { IssuancesAnswer, LedgerRecord } from '../../core/contracts/ledger-answers.ts';
import type { IssuancesQuery } from '../../core/contracts/ledger-queries.ts';
import { cursorOf, positionOf } from '../../core/ledger/cursor.ts';
import type { Link } from '../../core/ledger/link.ts';
import { listFilters } from '../../core/ledger/listing.ts';
import type { LedgerReader } from '../../core/ledger/reader.ts';
import type { AuditPorts } from './auditor.ts';
import { describeRecord, sessionIdOf } from './describe.ts';

const recordsByDefault = 50;

/**
 * A page of the ledger, newest first.
 * @param auditor who reads: a cursor is good for them alone
 * @throws Request.Malformed for a cursor of another list, or of another auditor; Upstream.*
 */
export const listIssuances = async (
  ports: Pick<AuditPorts, 'reader' | 'digest'>,
  query: IssuancesQuery,
  auditor: string,
): Promise<IssuancesAnswer> => {
  const { limit = recordsByDefault, cursor, ...asked } = query;
  const filters = Object.fromEntries(
    listFilters.flatMap((filter) => {
      const value = asked[filter];
      return value === undefined ? [] : [[filter, value]];
    }),
  );
  const list = {
    ...filters,
    auditor,
    outcome: asked.outcome ?? null,
    from: asked.from ?? null,
    to: asked.to ?? null,
  };
  const { links, next } = await ports.reader.list({
    filters,
    outcome: asked.outcome ?? null,
    fromEpochSeconds: asked.from ?? null,
    toEpochSeconds: asked.to ?? null,
    before: cursor === undefined ? null : positionOf(list, cursor, ports.digest),
    limit,
  });
  return {
    records: await describeAll(ports.reader, links),
    cursor: next === null ? null : cursorOf(list, next, ports.digest),
  };
};

/** Records with what their sessions' rows add to them. */
export const describeAll = async (
  reader: Pick<LedgerReader, 'readSessions'>,
  links: readonly Link[],
): Promise<LedgerRecord[]> => {
  const ids = links.flatMap((link) => sessionIdOf(link) ?? []);
  const sessions = await reader.readSessions(ids);
  return links.map((link) => describeRecord(link, sessions.get(sessionIdOf(link) ?? '') ?? null));
};
