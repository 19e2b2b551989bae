import { Readable } from 'node:stream';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

import { mappedRoleArn } from '../sts/sts-world.ts';
import { createMemoryS3 } from './echo-services.ts';
import { admin, startWireWorld } from './wire-world.ts';
import type { WireWorld } from './wire-world.ts';

let world: WireWorld;
let client: S3Client;

beforeAll(async () => {
  world = await startWireWorld([createMemoryS3()]);
  client = new S3Client({ ...world.clientConfig, forcePathStyle: true });
});

afterAll(async () => {
  client.destroy();
  await world.stop();
});

const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

const put = (Key: string, Body: string | Buffer | Readable, more = {}) =>
  client.send(new PutObjectCommand({ Bucket: 'bucket', Key, Body, ...more }));
const get = async (Key: string): Promise<string | undefined> => {
  const answer = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key }));
  return answer.Body?.transformToString();
};

describe('the AWS SDK’s S3 client', () => {
  it.each([
    'plain',
    'private/us-east-1:guid/file name.txt',
    "a+b&c=d/é😀/!'()*~-._/@$,;",
    'double//slash/../dots/./',
    'percent%20literal',
  ])('puts and gets the key %j', async (key) => {
    await put(key, `body of ${key}`);
    expect(await get(key)).toBe(`body of ${key}`);
  });

  it('sends a stream in chunks with a trailer, which are taken apart', async () => {
    const body = Buffer.alloc(200_000, 'abc');
    await put('stream', Readable.from([body.subarray(0, 70_000), body.subarray(70_000)]), {
      ContentLength: body.length,
    });
    expect(await get('stream')).toBe(body.toString());
  });

  it('keeps metadata and content type, and reads ranges and heads', async () => {
    await put('described', 'abc', { ContentType: 'text/plain', Metadata: { colour: 'blue' } });
    const place = { Bucket: 'bucket', Key: 'described' };
    expect(await client.send(new HeadObjectCommand(place))).toMatchObject({
      ContentType: 'text/plain',
      ContentLength: 3,
      ETag: '"tag"',
      LastModified: new Date(1_800_000_000_000),
      Metadata: { colour: 'blue' },
    });
    const range = await client.send(new GetObjectCommand({ ...place, Range: 'bytes=1-2' }));
    expect(range).toMatchObject({ ContentRange: 'bytes 1-2/3', ContentLength: 2 });
    expect(range.$metadata.httpStatusCode).toBe(206);
  });

  it('lists objects and buckets, also with names that XML or a URL would break', async () => {
    await put('a<b>&"c', 'x');
    const command = { Bucket: 'bucket', Prefix: 'a<', MaxKeys: 7 };
    const plain = await client.send(new ListObjectsV2Command(command));
    expect(plain).toMatchObject({ Name: 'bucket', Prefix: 'a<', MaxKeys: 7, IsTruncated: false });
    expect(plain.CommonPrefixes).toEqual([{ Prefix: 'a&b/' }]);
    const object = plain.Contents?.find(({ Key }) => Key === 'a<b>&"c');
    expect(object).toMatchObject({ Size: 1, LastModified: new Date(1_800_000_000_000) });
    const encoded = await client.send(
      new ListObjectsV2Command({ ...command, EncodingType: 'url' }),
    );
    expect(encoded.Contents?.some(({ Key }) => Key === 'a%3Cb%3E%26%22c')).toBe(true);
    const buckets = await client.send(new ListBucketsCommand({}));
    expect(buckets.Buckets).toEqual([
      { Name: 'bucket', CreationDate: new Date(1_800_000_000_000) },
    ]);
  });

  it('makes and heads buckets, and deletes objects', async () => {
    const made = await client.send(new CreateBucketCommand({ Bucket: 'other' }));
    expect(made.Location).toBe('/other');
    const head = await client.send(new HeadBucketCommand({ Bucket: 'bucket' }));
    expect(head.BucketRegion).toBe('us-east-1');
    await put('gone', 'x');
    const place = { Bucket: 'bucket', Key: 'gone' };
    const answer = await client.send(new DeleteObjectCommand(place));
    expect(answer.$metadata.httpStatusCode).toBe(204);
    expect(await errorOf(client.send(new GetObjectCommand(place)))).toMatchObject({
      name: 'NoSuchKey',
      Key: 'gone',
      $metadata: { httpStatusCode: 404 },
    });
    expect(await errorOf(client.send(new HeadObjectCommand(place)))).toMatchObject({
      name: 'NotFound',
    });
  });

  it('gets 501 for what is not emulated', async () => {
    const copy = new CopyObjectCommand({ Bucket: 'bucket', Key: 'x', CopySource: 'bucket/y' });
    expect(await errorOf(client.send(copy))).toMatchObject({
      name: 'NotImplemented',
      message: 's3:CopyObject is not emulated.',
    });
  });
});

describe('an S3 caller', () => {
  const as = (credentials: {
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
  }) =>
    errorOf(
      new S3Client({ ...world.clientConfig, forcePathStyle: true, credentials }).send(
        new GetObjectCommand({ Bucket: 'bucket', Key: 'plain' }),
      ),
    );

  it('is refused in S3’s own codes', async () => {
    expect(await as({ ...admin, secretAccessKey: 'x' })).toMatchObject({
      name: 'SignatureDoesNotMatch',
      $metadata: { httpStatusCode: 403 },
    });
    expect(await as({ ...admin, accessKeyId: 'AKIAUNKNOWNUNKNOWN11' })).toMatchObject({
      name: 'InvalidAccessKeyId',
    });
    expect(await as({ ...admin, sessionToken: 'x' })).toMatchObject({ name: 'InvalidToken' });
    expect(await as(await world.sts.credentialsOfRole(mappedRoleArn, 'bob', -1))).toMatchObject({
      name: 'ExpiredToken',
      $metadata: { httpStatusCode: 400 },
    });
    expect(await as(await world.sts.credentialsOfRole(mappedRoleArn, 'bob', 900))).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('is not authorized to perform: s3:GetObject on resource: "'),
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('is refused when the date is off, and when nothing is signed', async () => {
    const now = world.time.epochMillis;
    world.time.epochMillis = now + 16 * 60_000;
    expect(await as(admin)).toMatchObject({ name: 'RequestTimeTooSkewed' });
    world.time.epochMillis = now;
    const response = await fetch(`${world.url}/bucket/plain`);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('<Code>AccessDenied</Code>');
  });

  it('is refused when its body or a header was changed under way', async () => {
    interface Signed {
      headers: Record<string, string>;
      body: unknown;
      path: string;
    }
    const send = async (change: (request: Signed) => void): Promise<unknown> => {
      const other = new S3Client({ ...world.clientConfig, forcePathStyle: true });
      other.middlewareStack.add(
        (next) => (args) => {
          change(args.request as Signed);
          return next(args);
        },
        { step: 'deserialize', priority: 'low' },
      );
      return errorOf(
        other.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body: 'body' })),
      );
    };
    expect(await send((request) => (request.body = 'evil'))).toMatchObject({
      name: 'XAmzContentSHA256Mismatch',
    });
    expect(await send((request) => (request.path = '/bucket/other'))).toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    expect(await send(({ headers }) => (headers['x-amz-meta-x'] = 'y'))).toMatchObject({
      name: 'AccessDenied',
      message: 'There were headers present in the request which were not signed',
    });
  });
});
