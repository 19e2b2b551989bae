import type { LedgerRecord } from './record.ts';

/** A record that could not be chained, or whose event could not be told, for too long. */
export interface FailedRecord {
  /** Of the change in the table's stream: later changes of one row have a greater one. */
  readonly streamSequenceNumber: string;
  readonly record: LedgerRecord;
}

/** Where such records wait for an operator. All throw Upstream.*. */
export interface FailedRecords {
  readonly keep: (failed: FailedRecord) => Promise<void>;
  /**
   * Some that are waiting, in no order; they are hidden for a minute from whoever else asks.
   * @returns null as `failed` for a message that holds no record; none at all where nothing is waiting
   */
  readonly receive: () => Promise<readonly WaitingRecord[]>;
  readonly remove: (receipt: string) => Promise<void>;
}

export interface WaitingRecord {
  readonly receipt: string;
  readonly failed: FailedRecord | null;
}

/** In the order in which the table changed. */
export const inStreamOrder = (
  one: Pick<FailedRecord, 'streamSequenceNumber'>,
  other: Pick<FailedRecord, 'streamSequenceNumber'>,
): number => {
  const difference = BigInt(one.streamSequenceNumber) - BigInt(other.streamSequenceNumber);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};
