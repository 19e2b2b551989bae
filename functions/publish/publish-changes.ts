import type { BrokerEvent } from '../../core/contracts/events.ts';
import type { Chain } from '../../core/ledger/append.ts';
import { eventOfLink } from '../../core/ledger/event-of-link.ts';
import type { FailedRecords } from '../../core/ledger/failed-record.ts';
import { recordOfChange, type RowChange } from '../../core/ledger/read-change.ts';
import type { LedgerRecord } from '../../core/ledger/record.ts';
import { piecesOf } from '../../core/pieces.ts';
import type { Clock, EventBus, Meter } from '../../core/ports.ts';

/** A change with its number in the stream. */
export interface StreamChange extends RowChange {
  readonly sequenceNumber: string;
}

export interface PublishPorts {
  readonly chain: Chain;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly failed: Pick<FailedRecords, 'keep'>;
  readonly log: {
    readonly error: (message: string, fields: Readonly<Record<string, unknown>>) => void;
  };
}

interface Kept {
  readonly change: StreamChange;
  readonly record: LedgerRecord;
}

/** As many as the bus takes at once. */
const eventsPerCall = 10;
/** So long a change comes again, and holds up those behind it; then it waits for an operator. */
const patienceSeconds = 3600;

/**
 * Appends what changed to the chains, each in the order of the stream, and tells the bus of it, which keeps no order.
 * Safe to repeat: a record that is in its chain is found there, and its event is sent again. What has failed for an
 * hour is kept whole, for `redrive`, and holds up nothing any more.
 * @returns the number of the first change that must come again; null when all are done
 */
export const publishChanges = async (
  ports: PublishPorts,
  changes: readonly StreamChange[],
): Promise<string | null> => {
  const kept = changes.flatMap((change): readonly Kept[] => {
    const record = recordOfChange(change);
    return record === null ? [] : [{ change, record }];
  });
  const { links, failures } = await ports.chain.append(kept.map(({ record }) => record));
  for (const error of failures) ports.log.error('record not appended', { error: error.name });
  const events = kept.flatMap((of) => {
    const link = links.get(of.record);
    const event = link === undefined ? null : eventOfLink(link);
    if (event !== 'misshapen') return event === null ? [] : [{ of, event }];
    // The record stands; only its event is not what was promised, and coming again would not change that.
    ports.log.error('event not of its schema', { record: `${of.record.kind}/${of.record.id}` });
    return [];
  });
  const untold = new Set<Kept>();
  const telling = piecesOf(events, eventsPerCall).map(async (piece) => {
    const taken = await tell(
      ports,
      piece.map(({ event }) => event),
    );
    piece.forEach(({ of }, index) => {
      if (taken[index] !== true) untold.add(of);
    });
  });
  await Promise.all(telling);
  const failed = kept.filter((one) => !links.has(one.record) || untold.has(one));
  const first = await firstToRepeat(ports, failed);
  measureLag(ports, changes, first !== null);
  return first;
};

/** Keeps what is too old, in order; what comes behind the first that is not comes again anyway. */
const firstToRepeat = async (
  ports: Pick<PublishPorts, 'clock' | 'failed' | 'log'>,
  failed: readonly Kept[],
): Promise<string | null> => {
  const oldestEpochSeconds = Math.floor(ports.clock.nowEpochMillis() / 1000) - patienceSeconds;
  for (const { change, record } of failed) {
    if (change.atEpochSeconds >= oldestEpochSeconds) return change.sequenceNumber;
    try {
      await ports.failed.keep({ streamSequenceNumber: change.sequenceNumber, record });
      ports.log.error('record kept for redrive', { record: `${record.kind}/${record.id}` });
    } catch (error) {
      ports.log.error('record not kept', { error: nameOf(error) });
      return change.sequenceNumber;
    }
  }
  return null;
};

/** How old the oldest change of the batch is now: what auditors and listeners are behind by. */
const measureLag = (
  { clock, meter }: PublishPorts,
  changes: readonly StreamChange[],
  isHeld: boolean,
): void => {
  const oldest = Math.min(...changes.map(({ atEpochSeconds }) => atEpochSeconds));
  const nowEpochSeconds = Math.floor(clock.nowEpochMillis() / 1000);
  meter.measure('LedgerLag', Math.max(0, nowEpochSeconds - oldest), {});
  if (isHeld) meter.measure('LedgerHeld', 1, {});
};

/** Which of the events the bus took. */
const tell = async (
  ports: PublishPorts,
  events: readonly BrokerEvent[],
): Promise<readonly boolean[]> => {
  try {
    return await ports.bus.publish(events);
  } catch (error) {
    ports.log.error('events not published', { error: nameOf(error) });
    return [];
  }
};

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
