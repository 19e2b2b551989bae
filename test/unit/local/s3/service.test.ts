import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CallContext } from '../../../../local/aws.ts';
import type { PolicyDocument } from '../../../../local/iam/policy.ts';
import { createS3Service } from '../../../../local/services/s3/service.ts';
import type { S3Service } from '../../../../local/services/s3/service.ts';
import { memoryStore, openStore } from '../../../../local/state/store.ts';

// One file, though long: one bucket serves all its stories.

type Fields = Record<string, unknown>;

const Bucket = 'files';
const modified = new Date(1_700_000_000_000);
const clock = { nowEpochMillis: () => modified.getTime() };
const callerWith = (policy: PolicyDocument): CallContext => ({
  principal: {
    kind: 'role-session',
    arn: 'arn:aws:sts::123456789012:assumed-role/reader/session',
    accountId: '123456789012',
    userId: 'AROA:session',
    identityPolicies: [policy],
    permissionsBoundary: null,
    sessionPolicies: [],
    conditionKeys: {},
  },
  requestId: 'request',
  sourceIp: '127.0.0.1',
});
const allow = (Action: string): PolicyDocument => ({
  Statement: { Effect: 'Allow', Action, Resource: '*' },
});
const owner = callerWith(allow('s3:*'));

let s3: S3Service;
const call = async (operation: string, input: Fields, context = owner): Promise<Fields> => {
  const found = s3.operations[operation];
  if (found === undefined) throw new Error(operation);
  return found.run({ Bucket, ...input }, context);
};
const requests = (operation: string, input: Fields) => {
  const authorize = s3.operations[operation]?.authorize;
  if (typeof authorize !== 'function') throw new Error(operation);
  return authorize({ Bucket, ...input });
};
const put = (Key: string, body = 'x', more: Fields = {}) =>
  call('PutObject', { Key, Body: Buffer.from(body), ...more });
const bodyOf = (output: Fields): string => Buffer.from(output['Body'] as Uint8Array).toString();

beforeEach(async () => {
  s3 = await createS3Service({ directory: null, store: memoryStore(), clock });
  await s3.createBucket(Bucket);
});

describe('objects', () => {
  it('come back as they were put, with what was said of them', async () => {
    const said = { ContentType: 'text/plain', CacheControl: 'no-store', Metadata: { a: 'b' } };
    expect(await put('k', 'hello', said)).toEqual({ ETag: '"5d41402abc4b2a76b9719d911017c592"' });
    const got = await call('GetObject', { Key: 'k' });
    expect(bodyOf(got)).toBe('hello');
    const facts = {
      ...said,
      AcceptRanges: 'bytes',
      ContentLength: 5,
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
      LastModified: modified,
    };
    expect(got).toMatchObject(facts);
    expect(await call('HeadObject', { Key: 'k' })).toEqual(facts);
  });

  it('are replaced whole, and gone when deleted', async () => {
    await put('k', 'one');
    await put('k', 'two');
    expect(bodyOf(await call('GetObject', { Key: 'k' }))).toBe('two');
    await call('DeleteObject', { Key: 'k' });
    await call('DeleteObject', { Key: 'k' });
    await expect(call('GetObject', { Key: 'k' })).rejects.toMatchObject({
      code: 'NoSuchKey',
      statusCode: 404,
      members: { Key: 'k' },
    });
  });

  it('are put once among many that must be the first', async () => {
    const puts = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => put('k', String(index), { IfNoneMatch: '*' })),
    );
    expect(puts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(put('k', 'x', { IfNoneMatch: '*' })).rejects.toMatchObject({
      code: 'PreconditionFailed',
      statusCode: 412,
    });
  });

  it('are not read under conditions that are not served', async () => {
    await put('k');
    await expect(call('GetObject', { Key: 'k', IfMatch: '"x"' })).rejects.toMatchObject({
      code: 'NotImplemented',
      statusCode: 501,
    });
  });
});

describe('ranges', () => {
  beforeEach(() => put('k', '0123456789'));

  it.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
  ])('%s gives %s', async (Range, text, ContentRange) => {
    const got = await call('GetObject', { Key: 'k', Range });
    expect(bodyOf(got)).toBe(text);
    expect(got).toMatchObject({ ContentRange, ContentLength: text.length });
  });

  it.each(['bytes=10-', 'bytes=-0'])('%s is not satisfiable', async (Range) => {
    await expect(call('GetObject', { Key: 'k', Range })).rejects.toMatchObject({
      code: 'InvalidRange',
      statusCode: 416,
    });
  });

  it.each(['bytes=4-2', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=-'])(
    '%s is ignored',
    async (Range) => {
      const got = await call('GetObject', { Key: 'k', Range });
      expect(bodyOf(got)).toBe('0123456789');
      expect(got['ContentRange']).toBeUndefined();
    },
  );
});

describe('a missing object', () => {
  it.each([
    ['GetObject', 'NoSuchKey'],
    ['HeadObject', 'NotFound'],
  ])('of %s is %s to who may list the bucket, and 403 to others', async (operation, code) => {
    await expect(call(operation, { Key: 'none' })).rejects.toMatchObject({ code, statusCode: 404 });
    const reader = callerWith(allow('s3:GetObject'));
    await expect(call(operation, { Key: 'none' }, reader)).rejects.toMatchObject({
      code: 'AccessDenied',
      statusCode: 403,
    });
  });
});

describe('listings', () => {
  beforeEach(async () => {
    for (const key of ['a', 'p/1', 'p/2', 'p/q/3', 'p/q/4', 'r/5', 'é']) await put(key);
  });
  const list = async (input: Fields) => {
    const page = await call('ListObjectsV2', input);
    return {
      ...page,
      keys: (page['Contents'] as { Key: string }[]).map(({ Key }) => Key),
      prefixes: (page['CommonPrefixes'] as { Prefix: string }[]).map(({ Prefix }) => Prefix),
    };
  };

  it('give the keys under a prefix, rolled up at the delimiter', async () => {
    expect(await list({ Prefix: 'p/', Delimiter: '/' })).toMatchObject({
      keys: ['p/1', 'p/2'],
      prefixes: ['p/q/'],
      KeyCount: 3,
      IsTruncated: false,
    });
    expect((await list({})).keys).toEqual(['a', 'p/1', 'p/2', 'p/q/3', 'p/q/4', 'r/5', 'é']);
  });

  it.each([1, 2, 3, 4])('give the same in pages of %d', async (MaxKeys) => {
    const found: string[] = [];
    let ContinuationToken: unknown;
    do {
      const page = await list({
        MaxKeys,
        Delimiter: '/',
        ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
      });
      expect(page.keys.length + page.prefixes.length).toBeLessThanOrEqual(MaxKeys);
      found.push(...page.keys, ...page.prefixes);
      ContinuationToken = (page as Fields)['NextContinuationToken'];
    } while (ContinuationToken !== undefined);
    expect(found.sort()).toEqual(['a', 'p/', 'r/', 'é']);
  });

  it('start after a key, and hold nothing when nothing is wanted', async () => {
    expect((await list({ StartAfter: 'p/q/3' })).keys).toEqual(['p/q/4', 'r/5', 'é']);
    expect(await list({ MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false });
  });

  it('refuse a token of others', async () => {
    await expect(list({ ContinuationToken: 'bm9wZQ' })).rejects.toMatchObject({
      code: 'InvalidArgument',
    });
  });
});

describe('buckets', () => {
  it('are there once, however often they are made', async () => {
    await put('k');
    expect(await s3.createBucket(Bucket)).toEqual({ bucketArn: 'arn:aws:s3:::files' });
    expect(bodyOf(await call('GetObject', { Key: 'k' }))).toBe('x');
    expect(await call('ListBuckets', {})).toEqual({
      Buckets: [{ Name: Bucket, CreationDate: modified }],
    });
  });

  it('that are not there are NoSuchBucket, before anyone is asked for rights', () => {
    expect(() => requests('GetObject', { Bucket: 'none', Key: 'k' })).toThrow(
      expect.objectContaining({ code: 'NoSuchBucket', statusCode: 404 }),
    );
  });

  it.each(['ab', 'Upper', 'a..b', '-a-', 'under_score'])('may not be called %s', async (name) => {
    await expect(s3.createBucket(name)).rejects.toMatchObject({ code: 'InvalidBucketName' });
  });
});

describe('what a call needs to be allowed', () => {
  it.each([
    ['GetObject', 's3:GetObject'],
    ['HeadObject', 's3:GetObject'],
    ['PutObject', 's3:PutObject'],
    ['DeleteObject', 's3:DeleteObject'],
  ])('%s is %s on the object', (operation, action) => {
    expect(requests(operation, { Key: 'private/us-east-1:1/a b' })).toEqual([
      { action, resource: 'arn:aws:s3:::files/private/us-east-1:1/a b', conditionKeys: {} },
    ]);
  });

  it('a listing is s3:ListBucket on the bucket, with the parameters that are given', () => {
    expect(requests('ListObjectsV2', { Prefix: 'p/', Delimiter: '/', MaxKeys: 5 })).toEqual([
      {
        action: 's3:ListBucket',
        resource: 'arn:aws:s3:::files',
        conditionKeys: { 's3:prefix': 'p/', 's3:delimiter': '/', 's3:max-keys': '5' },
      },
    ]);
    expect(requests('ListObjectsV2', {})[0]?.conditionKeys).toEqual({});
  });

  it('comes with the bucket’s policy', async () => {
    await s3.putBucketPolicy(Bucket, allow('s3:GetObject'));
    expect(requests('GetObject', { Key: 'k' })[0]?.resourcePolicy).toEqual(allow('s3:GetObject'));
  });
});

describe('objects on disk', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'objects-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('are there after reopening; bodies that no object names are not', async () => {
    const objects = join(directory, 'objects');
    const first = await openStore(join(directory, 'store'));
    s3 = await createS3Service({ directory: objects, store: first, clock });
    await s3.createBucket(Bucket);
    await put('k', 'replaced');
    await put('k', 'kept');
    await put('gone');
    await call('DeleteObject', { Key: 'gone' });
    expect(await readdir(objects)).toHaveLength(1);
    await writeFile(join(objects, 'left-behind'), 'x');
    await first.close();

    const second = await openStore(join(directory, 'store'));
    s3 = await createS3Service({ directory: objects, store: second, clock });
    expect(bodyOf(await call('GetObject', { Key: 'k' }))).toBe('kept');
    const [body = ''] = await readdir(objects);
    expect(await readdir(objects)).toEqual([body]);

    await writeFile(join(objects, body), 'kopt');
    await expect(call('GetObject', { Key: 'k' })).rejects.toMatchObject({
      code: 'InternalError',
      message: 'The body of the object is damaged.',
    });
    await second.close();
  });
});
