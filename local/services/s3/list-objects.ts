/** ListObjectsV2: reads the call, and spells the page as S3 does. */
import type { Buckets } from './buckets.ts';
import { listKeys } from './listing.ts';
import { bucketOf } from './object-operations.ts';
import { invalidArgument } from './refusals.ts';

type Input = Record<string, unknown>;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const maxKeysOf = (value: unknown): number => {
  const maxKeys = Number(value ?? 1000);
  if (!Number.isInteger(maxKeys) || maxKeys < 0) {
    throw invalidArgument('Argument maxKeys must be an integer between 0 and 2147483647');
  }
  return Math.min(maxKeys, 1000);
};

/** @throws AwsError NoSuchBucket, InvalidArgument */
export const listObjects = (buckets: Buckets, input: Input): Input => {
  const bucket = buckets.get(bucketOf(input)).name;
  const prefix = textOf(input['Prefix']);
  const delimiter = textOf(input['Delimiter']);
  const maxKeys = maxKeysOf(input['MaxKeys']);
  const token = input['ContinuationToken'];
  const startAfter = textOf(input['StartAfter']);
  const page = listKeys(buckets.objectKeys(bucket), {
    prefix,
    delimiter,
    maxKeys,
    startAfter,
    continuationToken: typeof token === 'string' ? token : null,
  });
  const contents = page.keys.flatMap((key) => {
    const object = buckets.object(bucket, key);
    if (object === undefined) return [];
    return [
      {
        Key: key,
        LastModified: new Date(object.modifiedAtEpochMillis),
        ETag: `"${object.md5}"`,
        Size: object.size,
        StorageClass: 'STANDARD',
      },
    ];
  });
  return {
    Name: bucket,
    Prefix: prefix,
    MaxKeys: maxKeys,
    KeyCount: page.keys.length + page.commonPrefixes.length,
    IsTruncated: page.nextContinuationToken !== null,
    Contents: contents,
    CommonPrefixes: page.commonPrefixes.map((common) => ({ Prefix: common })),
    ...(delimiter === '' ? {} : { Delimiter: delimiter }),
    ...(startAfter === '' ? {} : { StartAfter: startAfter }),
    ...(typeof token === 'string' ? { ContinuationToken: token } : {}),
    ...(page.nextContinuationToken === null
      ? {}
      : { NextContinuationToken: page.nextContinuationToken }),
  };
};
