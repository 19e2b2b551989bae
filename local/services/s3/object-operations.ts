/** Calls on objects. */
import { createHash } from 'node:crypto';
import { AwsError } from '../../aws.ts';
import type { Bodies } from './bodies.ts';
import type { Buckets, StoredObject } from './buckets.ts';
import { byteRangeOf } from './range.ts';
import { invalidArgument, noSuchKey, preconditionFailed, refuseMembers } from './refusals.ts';

type Input = Record<string, unknown>;

export interface ObjectOperations {
  readonly put: (input: Input) => Promise<Input>;
  /** @throws AwsError NoSuchKey */
  readonly get: (input: Input) => Promise<Input>;
  /** @throws AwsError NoSuchKey */
  readonly head: (input: Input) => Promise<Input>;
  readonly delete: (input: Input) => Promise<Input>;
}

const headerMembers = ['CacheControl', 'ContentDisposition', 'ContentEncoding', 'ContentLanguage'];
const readConditions = ['IfMatch', 'IfNoneMatch', 'IfModifiedSince', 'IfUnmodifiedSince'];
const notServed = ['VersionId', 'PartNumber', 'SSECustomerKey', 'SSECustomerAlgorithm'];

export const bucketOf = (input: Input): string => String(input['Bucket']);

/** @throws AwsError KeyTooLongError */
export const keyOf = (input: Input): string => {
  const key = input['Key'];
  if (typeof key !== 'string' || key === '') throw invalidArgument('The object key is missing');
  if (Buffer.byteLength(key) > 1024) {
    throw new AwsError('KeyTooLongError', 'Your key is too long');
  }
  return key;
};

const bodyOf = (input: Input): Uint8Array => {
  const body = input['Body'] ?? new Uint8Array();
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string') return Buffer.from(body);
  throw new TypeError('The body of PutObject is bytes or text.');
};

const md5Of = (body: Uint8Array): string => createHash('md5').update(body).digest('hex');

const textMembers = (input: Input, members: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    members.flatMap((member) => {
      const value = input[member];
      return typeof value === 'string' ? [[member, value] as const] : [];
    }),
  );

const describe = (object: StoredObject): Input => ({
  ...object.headers,
  AcceptRanges: 'bytes',
  ContentLength: object.size,
  ContentType: object.contentType,
  ETag: `"${object.md5}"`,
  LastModified: new Date(object.modifiedAtEpochMillis),
  Metadata: object.metadata,
});

export const createObjectOperations = (
  buckets: Buckets,
  bodies: Bodies,
  nowEpochMillis: () => number,
): ObjectOperations => {
  const existing = (input: Input): StoredObject => {
    const bucket = buckets.get(bucketOf(input)).name;
    const key = keyOf(input);
    const object = buckets.object(bucket, key);
    if (object === undefined) throw noSuchKey(key);
    return object;
  };
  /** A body may be replaced between reading its record and its file: the new record has the new one. */
  const read = async (input: Input): Promise<{ object: StoredObject; body: Buffer }> => {
    const object = existing(input);
    const body = await bodies.get(object.bodyId);
    if (body !== undefined) {
      if (md5Of(body) === object.md5) return { object, body };
      throw new AwsError('InternalError', 'The body of the object is damaged.', {
        statusCode: 500,
      });
    }
    if (existing(input).bodyId === object.bodyId) {
      throw new AwsError('InternalError', 'The body of the object is lost.', { statusCode: 500 });
    }
    return read(input);
  };
  const ranged = (input: Input, object: StoredObject): { start: number; end: number } | null => {
    const range = input['Range'];
    return typeof range === 'string' ? byteRangeOf(range, object.size) : null;
  };
  const describeRange = (input: Input, object: StoredObject): Input => {
    const range = ranged(input, object);
    if (range === null) return describe(object);
    return {
      ...describe(object),
      ContentLength: range.end - range.start + 1,
      ContentRange: `bytes ${String(range.start)}-${String(range.end)}/${String(object.size)}`,
    };
  };
  return {
    put: async (input) => {
      refuseMembers(input, ['IfMatch', 'Tagging', 'WriteOffsetBytes', ...notServed]);
      const bucket = buckets.get(bucketOf(input)).name;
      const key = keyOf(input);
      const body = bodyOf(input);
      const md5 = md5Of(body);
      const bodyId = await bodies.put(body);
      // From here to the record nothing waits, so that of concurrent first writers one wins.
      const replaced = buckets.object(bucket, key);
      if (input['IfNoneMatch'] !== undefined && replaced !== undefined) {
        await bodies.delete(bodyId);
        throw preconditionFailed();
      }
      const contentType = input['ContentType'];
      await buckets.putObject(bucket, key, {
        bodyId,
        size: body.length,
        md5,
        modifiedAtEpochMillis: nowEpochMillis(),
        contentType: typeof contentType === 'string' ? contentType : 'binary/octet-stream',
        metadata: (input['Metadata'] ?? {}) as Record<string, string>,
        headers: textMembers(input, headerMembers),
      });
      if (replaced !== undefined) await bodies.delete(replaced.bodyId);
      return { ETag: `"${md5}"` };
    },
    get: async (input) => {
      refuseMembers(input, [...readConditions, ...notServed]);
      const { object, body } = await read(input);
      const range = ranged(input, object);
      return {
        ...describeRange(input, object),
        Body: range === null ? body : body.subarray(range.start, range.end + 1),
      };
    },
    head: (input) => {
      refuseMembers(input, [...readConditions, ...notServed]);
      return Promise.resolve(describeRange(input, existing(input)));
    },
    delete: async (input) => {
      refuseMembers(input, ['IfMatch', ...notServed]);
      const bucket = buckets.get(bucketOf(input)).name;
      const key = keyOf(input);
      const object = buckets.object(bucket, key);
      if (object === undefined) return {};
      await buckets.deleteObject(bucket, key);
      await bodies.delete(object.bodyId);
      return {};
    },
  };
};
