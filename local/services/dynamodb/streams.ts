/** Table streams: what changed in a table, in order per key. Bounded, and gone with the process. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../../aws.ts';
import type { Item, ItemChange } from './watched-store.ts';

const recordsKept = 5_000;

/** A record of DynamoDB Streams, as a stream's Lambda event carries it. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
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
    readonly StreamViewType: 'NEW_AND_OLD_IMAGES';
  };
  /** Of deletions by time to live only. */
  readonly userIdentity?: { readonly type: 'Service'; readonly principalId: string };
}

export interface TableStream {
  readonly append: (change: ItemChange, byTimeToLive: boolean) => void;
  readonly read: (afterSequenceNumber: string | null) => readonly StreamRecord[];
}

const eventNameOf = (change: ItemChange): StreamRecord['eventName'] | null => {
  if (isDeepStrictEqual({ ...change.oldImage }, { ...change.newImage })) return null;
  if (change.newImage === undefined) return 'REMOVE';
  return change.oldImage === undefined ? 'INSERT' : 'MODIFY';
};

export const createTableStream = (source: {
  readonly streamArn: string;
  readonly region: string;
  readonly keyNames: readonly string[];
  readonly nowEpochMillis: () => number;
}): TableStream => {
  let records: StreamRecord[] = [];
  let trimmedThrough = '';
  // Counting on from the clock keeps the numbers of a restarted process above those of the last one.
  let sequence = BigInt(source.nowEpochMillis()) * 10n ** 12n;
  const append: TableStream['append'] = (change, byTimeToLive) => {
    const eventName = eventNameOf(change);
    const image = change.newImage ?? change.oldImage;
    if (eventName === null || image === undefined) return;
    sequence += 1n;
    records.push({
      eventID: randomUUID().replaceAll('-', ''),
      eventName,
      eventSource: 'aws:dynamodb',
      awsRegion: source.region,
      eventSourceARN: source.streamArn,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(source.nowEpochMillis() / 1000),
        Keys: Object.fromEntries(source.keyNames.map((name) => [name, image[name] ?? {}])),
        ...(change.newImage === undefined ? {} : { NewImage: change.newImage }),
        ...(change.oldImage === undefined ? {} : { OldImage: change.oldImage }),
        SequenceNumber: sequence.toString().padStart(30, '0'),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      ...(byTimeToLive
        ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }
        : {}),
    });
    if (records.length >= recordsKept * 2) {
      trimmedThrough = records.at(-recordsKept - 1)?.dynamodb.SequenceNumber ?? '';
      records = records.slice(-recordsKept);
    }
  };
  return {
    append,
    read: (after) => {
      if (after === null) return [...records];
      if (after < trimmedThrough) {
        throw new AwsError(
          'TrimmedDataAccessException',
          'The sequence number is beyond the trim horizon of the stream.',
        );
      }
      return records.filter((record) => record.dynamodb.SequenceNumber > after);
    },
  };
};
