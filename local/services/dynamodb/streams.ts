/** Table streams: what changed in a table, in order per key; on disk together with the change itself. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Engine } from './engine.ts';
import { storedItem, type Item, type StoredItem } from './stored-item.ts';
import type { Accompaniment, ItemChange } from './watched-store.ts';

/** A record of DynamoDB Streams, as a stream's Lambda event carries it. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly eventSourceARN: string;
  readonly dynamodb: {
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Item;
    readonly NewImage?: Item;
    readonly OldImage?: Item;
    /** Decimal digits of one length: text order is stream order. */
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: 'NEW_AND_OLD_IMAGES';
  };
  /** Of deletions by time to live only. */
  readonly userIdentity?: { readonly type: 'Service'; readonly principalId: string };
}

type RecordWithoutImages = Omit<StreamRecord, 'dynamodb'> & {
  readonly dynamodb: Omit<StreamRecord['dynamodb'], 'Keys' | 'NewImage' | 'OldImage'>;
};

export interface TableStream {
  /** The record of a change, to be written with it; null for a change that changes nothing. */
  readonly recordOf: (change: ItemChange, byTimeToLive: boolean) => Accompaniment | null;
  /** Oldest first. @param after a sequence number; the empty text stands before all */
  readonly read: (after: string, limit: number) => Promise<readonly StreamRecord[]>;
  /** Of the newest record that is on disk; the empty text where there is none. */
  readonly lastSequenceNumber: () => string;
  /** Deletes records before a sequence number. */
  readonly prune: (before: string) => Promise<void>;
  /** Calls back after each new record. Returns how to end that. */
  readonly watch: (listener: () => void) => () => void;
}

const perMillisecond = 10n ** 12n;
const digits = 30;

/** The sequence number that everything after an instant is above of: numbers begin with the time. */
export const sequenceNumberAt = (epochMillis: number): string =>
  (BigInt(Math.floor(epochMillis)) * perMillisecond).toString().padStart(digits, '0');

const prefixOf = (tableName: string): string => `stream-${tableName}~`;

/** Deletes everything that a table's stream holds. */
export const clearStream = (engine: Pick<Engine, 'clear'>, tableName: string): Promise<void> =>
  engine.clear({ gte: prefixOf(tableName), lt: `${prefixOf(tableName)}\xff` });

/** Where the stream of an earlier process ended. */
export const lastSequenceNumberOf = async (
  engine: Pick<Engine, 'range'>,
  tableName: string,
): Promise<string> => {
  const prefix = prefixOf(tableName);
  const [last] = await engine.range({ gt: prefix, lt: `${prefix}\xff`, limit: 1, reverse: true });
  return (last as StreamRecord | undefined)?.dynamodb.SequenceNumber ?? '';
};

/** Whatever the order of their attributes. Read anew, as what dynalite made of an update has objects of another kind. */
const isSame = (one: StoredItem | undefined, other: StoredItem | undefined): boolean => {
  if (one === undefined || other === undefined) return one === other;
  if (one.text.length !== other.text.length) return false;
  return isDeepStrictEqual(storedItem(one.text).item, storedItem(other.text).item);
};

const eventNameOf = ({ oldImage, newImage }: ItemChange): StreamRecord['eventName'] | null => {
  if (isSame(oldImage, newImage)) return null;
  if (newImage === undefined) return 'REMOVE';
  return oldImage === undefined ? 'INSERT' : 'MODIFY';
};

/** The members of a record that hold items, as JSON without its braces. */
const imageMembers = ({ oldImage, newImage }: ItemChange, keys: Item): string =>
  [
    `"Keys":${JSON.stringify(keys)}`,
    ...(newImage === undefined ? [] : [`"NewImage":${newImage.text}`]),
    ...(oldImage === undefined ? [] : [`"OldImage":${oldImage.text}`]),
  ].join();

export const createTableStream = (
  engine: Pick<Engine, 'range' | 'clear'>,
  source: {
    readonly tableName: string;
    readonly streamArn: string;
    readonly region: string;
    readonly keyNames: readonly string[];
    readonly nowEpochMillis: () => number;
    /** Where an earlier process ended; the empty text for a new stream. */
    readonly lastSequenceNumber: string;
  },
): TableStream => {
  const prefix = prefixOf(source.tableName);
  const listeners = new Set<() => void>();
  let sequence = BigInt(source.lastSequenceNumber);
  let written = source.lastSequenceNumber;
  const nextSequenceNumber = (): string => {
    const now = BigInt(Math.floor(source.nowEpochMillis())) * perMillisecond;
    // A clock that was put back must not put records before those that are there.
    sequence = now > sequence ? now : sequence + 1n;
    return sequence.toString().padStart(digits, '0');
  };
  return {
    recordOf: (change, byTimeToLive) => {
      const eventName = eventNameOf(change);
      const image = change.newImage ?? change.oldImage;
      if (eventName === null || image === undefined) return null;
      const sequenceNumber = nextSequenceNumber();
      const keys = source.keyNames.map((name) => [name, image.item[name] ?? {}] as const);
      const images = imageMembers(change, Object.fromEntries(keys));
      const record: RecordWithoutImages = {
        eventID: randomUUID().replaceAll('-', ''),
        eventName,
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: source.region,
        eventSourceARN: source.streamArn,
        dynamodb: {
          ApproximateCreationDateTime: Math.floor(source.nowEpochMillis() / 1000),
          SequenceNumber: sequenceNumber,
          // AWS counts names and values of its own form; this is close.
          SizeBytes: Buffer.byteLength(images) + '{}'.length,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
        ...(byTimeToLive
          ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }
          : {}),
      };
      return {
        key: prefix + sequenceNumber,
        // The images are texts already: they are put where they stand in a record.
        text: JSON.stringify(record).replace(
          '"SequenceNumber":',
          () => `${images},"SequenceNumber":`,
        ),
        written: () => {
          if (sequenceNumber > written) written = sequenceNumber;
          for (const listener of listeners) listener();
        },
      };
    },
    read: async (after, limit) =>
      (await engine.range({
        gt: prefix + after,
        lt: `${prefix}\xff`,
        limit,
      })) as StreamRecord[],
    lastSequenceNumber: () => written,
    prune: (before) => engine.clear({ gte: prefix, lt: prefix + before }),
    watch: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
};
