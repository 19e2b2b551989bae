import type { BrokerEvent } from '../contracts/events.ts';
import type { EventBus } from '../ports.ts';
import { eventOfLink } from './event-of-link.ts';
import { recordOfLink, type Link } from './link.ts';
import type { LedgerReader } from './reader.ts';
import type { LedgerRecord } from './record.ts';

/** What is told again: a part of some chains. */
export interface ReplayRange {
  /** Ascending. */
  readonly shards: readonly number[];
  /** The sequence number behind which it begins; null where the time says it. Good for one shard only. */
  readonly afterSequence: number | null;
  readonly fromEpochSeconds: number;
  /** Not included. */
  readonly toEpochSeconds: number;
  /** Beside the times. */
  readonly isMeant: (record: LedgerRecord) => boolean;
}

/** Everything of these chains before this place is done. */
export interface ReplayPlace {
  readonly shard: number;
  readonly afterSequence: number;
}

export interface ReplayPorts {
  readonly reader: Pick<LedgerReader, 'readChain' | 'readHeads'>;
  readonly bus: EventBus;
}

/** As many as the bus takes at once. */
const eventsPerCall = 10;
const linksPerPage = 100;
/** One request stays well below the time that the gateway gives it. */
const pagesPerRequest = 25;
/** Records are chained as they arrive, which is not quite in the order of their times. */
const disorderSeconds = 900;
/** So many that were chained late, one behind the other, would mislead the search for a time. */
const linksPerProbe = 25;

const timeOf = (link: Link): number => recordOfLink(link).atEpochSeconds;

/** The place behind which everything from this second on is, but for records that were redriven long after. */
const placeOfTime = async (
  reader: Pick<LedgerReader, 'readChain'>,
  { shard, sequence }: { readonly shard: number; readonly sequence: number },
  epochSeconds: number,
): Promise<number> => {
  let [least, most] = [0, sequence];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    const probe = await reader.readChain(shard, middle, linksPerProbe);
    if (Math.max(...probe.map(timeOf)) >= epochSeconds - disorderSeconds) most = middle;
    else least = middle + 1;
  }
  return Math.max(0, least - linksPerProbe);
};

/**
 * Tells the bus again what the ledger holds, marked as replayed. Chain by chain and in the order of each, which is the
 * order of each subject: it stops at the first event that the bus does not take. Changes nothing in the ledger.
 * @param place where an earlier call ended; null at the beginning
 * @returns how many events the bus took, and where to go on; null when the range is done
 * @throws Upstream.* when nothing could be told
 */
export const replayRange = async (
  { reader, bus }: ReplayPorts,
  range: ReplayRange,
  place: ReplayPlace | null,
): Promise<{ readonly replayed: number; readonly next: ReplayPlace | null }> => {
  let replayed = 0;
  let pages = 0;
  let heads: ReturnType<typeof reader.readHeads> | null = null;
  const begin = async (shard: number): Promise<number> => {
    if (range.afterSequence !== null) return range.afterSequence;
    heads ??= reader.readHeads();
    const { sequence = 0 } = (await heads).find((head) => head.shard === shard) ?? {};
    return placeOfTime(reader, { shard, sequence }, range.fromEpochSeconds);
  };
  for (const shard of range.shards) {
    if (place !== null && shard < place.shard) continue;
    let after = place?.shard === shard ? place.afterSequence : await begin(shard);
    for (;;) {
      if (pages === pagesPerRequest) return { replayed, next: { shard, afterSequence: after } };
      pages += 1;
      const links = await reader.readChain(shard, after, linksPerPage);
      const told = await tellInOrder(bus, links, range);
      replayed += told.count;
      if (told.stoppedAt !== null) {
        return { replayed, next: { shard, afterSequence: told.stoppedAt - 1 } };
      }
      const isBeyond = links.every(
        (link) => timeOf(link) >= range.toEpochSeconds + disorderSeconds,
      );
      after = links.at(-1)?.sequence ?? after;
      if (links.length < linksPerPage || isBeyond) break;
    }
  }
  return { replayed, next: null };
};

/** @returns how many the bus took, and the sequence number of the first that it did not; null where it took all */
const tellInOrder = async (
  bus: EventBus,
  links: readonly Link[],
  range: ReplayRange,
): Promise<{ readonly count: number; readonly stoppedAt: number | null }> => {
  const events = links.flatMap((link) => {
    const event = isInRange(recordOfLink(link), range)
      ? eventOfLink(link, { replayed: true })
      : null;
    return event === null || event === 'misshapen' ? [] : [event];
  });
  let count = 0;
  for (let start = 0; start < events.length; start += eventsPerCall) {
    const part: readonly BrokerEvent[] = events.slice(start, start + eventsPerCall);
    const taken = await bus.publish(part);
    count += taken.filter(Boolean).length;
    const refused = part[taken.indexOf(false)];
    // What came after it in the same call is told twice: that is allowed, another order is not.
    if (refused !== undefined) return { count, stoppedAt: refused.detail.ledger.sequence };
  }
  return { count, stoppedAt: null };
};

const isInRange = (record: LedgerRecord, range: ReplayRange): boolean =>
  record.atEpochSeconds >= range.fromEpochSeconds &&
  record.atEpochSeconds < range.toEpochSeconds &&
  range.isMeant(record);
