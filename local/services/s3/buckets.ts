/** Buckets and what is recorded of their objects; bodies lie elsewhere. */
import { AwsError } from '../../aws.ts';
import type { PolicyDocument } from '../../iam/policy.ts';
import type { Collection } from '../../state/store.ts';
import { noSuchBucket } from './refusals.ts';

export interface StoredBucket {
  readonly name: string;
  readonly createdAtEpochMillis: number;
  readonly policy: PolicyDocument | null;
}

export interface StoredObject {
  readonly bodyId: string;
  readonly size: number;
  /** Hex MD5 of the body. */
  readonly md5: string;
  readonly modifiedAtEpochMillis: number;
  readonly contentType: string;
  /** Lower-case names, without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** `CacheControl`, `ContentDisposition`, `ContentEncoding`, `ContentLanguage`, as they were given. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Buckets {
  /** Makes the bucket unless it is there. @throws AwsError InvalidBucketName */
  readonly ensure: (name: string) => Promise<StoredBucket>;
  /** @throws AwsError NoSuchBucket */
  readonly get: (name: string) => StoredBucket;
  readonly putPolicy: (name: string, policy: PolicyDocument | null) => Promise<void>;
  readonly all: () => StoredBucket[];
  readonly object: (bucket: string, key: string) => StoredObject | undefined;
  readonly putObject: (bucket: string, key: string, object: StoredObject) => Promise<void>;
  readonly deleteObject: (bucket: string, key: string) => Promise<void>;
  readonly objectKeys: (bucket: string) => string[];
}

export const createBuckets = (
  buckets: Collection<StoredBucket>,
  objects: Collection<StoredObject>,
  nowEpochMillis: () => number,
): Buckets => {
  const get = (name: string): StoredBucket => {
    const bucket = buckets.get(name);
    if (bucket === undefined) throw noSuchBucket(name);
    return bucket;
  };
  return {
    ensure: async (name) => {
      const existing = buckets.get(name);
      if (existing !== undefined) return existing;
      if (!/^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
        throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.');
      }
      const bucket = { name, createdAtEpochMillis: nowEpochMillis(), policy: null };
      await buckets.put(name, bucket);
      return bucket;
    },
    get,
    putPolicy: (name, policy) => buckets.put(name, { ...get(name), policy }),
    all: () => [...buckets.entries()].map(([, bucket]) => bucket),
    // A bucket's name has no slash: the first one ends it.
    object: (bucket, key) => objects.get(`${bucket}/${key}`),
    putObject: (bucket, key, object) => objects.put(`${bucket}/${key}`, object),
    deleteObject: (bucket, key) => objects.delete(`${bucket}/${key}`),
    objectKeys: (bucket) =>
      [...objects.entries()].flatMap(([path]) =>
        path.startsWith(`${bucket}/`) ? [path.slice(bucket.length + 1)] : [],
      ),
  };
};
