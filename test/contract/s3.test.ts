import type { Server } from 'node:http';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createS3Service } from '../../local/services/s3/service.ts';
import type { PolicyDocument } from '../../local/iam/policy.ts';
import { memoryStore } from '../../local/state/store.ts';
import { admin, clock, close, limited, listen, settingsOf } from '../support/twin/aws-endpoint.ts';

let policy: PolicyDocument;

const Bucket = 'files';
let server: Server;
let client: S3Client;
let limitedClient: S3Client;
beforeAll(async () => {
  const service = await createS3Service({ directory: null, store: memoryStore(), clock });
  await service.createBucket(Bucket);
  server = await listen(service, () => policy);
  client = new S3Client({ ...settingsOf(server, admin), forcePathStyle: true });
  limitedClient = new S3Client({ ...settingsOf(server, limited), forcePathStyle: true });
});
afterAll(async () => {
  client.destroy();
  limitedClient.destroy();
  await close(server);
});

const put = (Key: string, Body = 'x') => client.send(new PutObjectCommand({ Bucket, Key, Body }));

describe('the S3 of the twin, to an SDK client', () => {
  it.each(['plain', 'private/us-east-1:1-2/a b+c.txt', 'é/%2F/&<>', 'a//b/'])(
    'gives back what was put at %s',
    async (Key) => {
      const sent = { ContentType: 'text/plain', Metadata: { kind: 'test' } };
      const { ETag } = await client.send(
        new PutObjectCommand({ Bucket, Key, Body: 'hello', ...sent }),
      );
      const got = await client.send(new GetObjectCommand({ Bucket, Key }));
      expect(await got.Body?.transformToString()).toBe('hello');
      expect(got).toMatchObject({ ...sent, ETag, ContentLength: 5 });
      const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
      expect(head).toMatchObject({ ...sent, ETag, ContentLength: 5 });
      expect(head.LastModified).toBeInstanceOf(Date);
    },
  );

  it('gives a range, and refuses one that is not there', async () => {
    await put('range', '0123456789');
    const part = await client.send(
      new GetObjectCommand({ Bucket, Key: 'range', Range: 'bytes=2-4' }),
    );
    expect(await part.Body?.transformToString()).toBe('234');
    expect(part).toMatchObject({
      ContentRange: 'bytes 2-4/10',
      $metadata: { httpStatusCode: 206 },
    });
    await expect(
      client.send(new GetObjectCommand({ Bucket, Key: 'range', Range: 'bytes=10-' })),
    ).rejects.toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } });
  });

  it('lists in pages, with keys that XML and URLs would bend', async () => {
    const keys = ['list/a b', 'list/a&b', 'list/a+b', 'list/a<b', 'list/é'];
    for (const key of keys) await put(key);
    const found: (string | undefined)[] = [];
    const pages = paginateListObjectsV2({ client, pageSize: 2 }, { Bucket, Prefix: 'list/' });
    for await (const page of pages) found.push(...(page.Contents ?? []).map(({ Key }) => Key));
    expect(found).toEqual(keys);
  });

  it('rolls keys up at a delimiter', async () => {
    await put('tree/leaf');
    await put('tree/branch/leaf');
    const listed = await client.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'tree/', Delimiter: '/' }),
    );
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual(['tree/leaf']);
    expect(listed.CommonPrefixes).toEqual([{ Prefix: 'tree/branch/' }]);
  });

  it('deletes, and then has nothing', async () => {
    await put('gone');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    await expect(client.send(new GetObjectCommand({ Bucket, Key: 'gone' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
      Key: 'gone',
    });
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'gone' }))).rejects.toMatchObject(
      { name: 'NotFound' },
    );
  });

  it('has its buckets, and no others', async () => {
    await client.send(new HeadBucketCommand({ Bucket }));
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
    await expect(
      client.send(new GetObjectCommand({ Bucket: 'nowhere', Key: 'k' })),
    ).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  it('keeps a caller to the prefix of its policy', async () => {
    policy = {
      Statement: [
        {
          Effect: 'Allow',
          Action: ['s3:GetObject', 's3:PutObject'],
          Resource: 'arn:aws:s3:::files/private/one/*',
        },
        {
          Effect: 'Allow',
          Action: 's3:ListBucket',
          Resource: 'arn:aws:s3:::files',
          Condition: { StringLike: { 's3:prefix': ['private/one/*'] } },
        },
      ],
    };
    await put('private/one/a');
    await put('private/two/a');
    const get = (Key: string) => limitedClient.send(new GetObjectCommand({ Bucket, Key }));
    const list = (Prefix?: string) =>
      limitedClient.send(
        new ListObjectsV2Command({ Bucket, ...(Prefix === undefined ? {} : { Prefix }) }),
      );
    expect(await (await get('private/one/a')).Body?.transformToString()).toBe('x');
    expect((await list('private/one/')).KeyCount).toBe(1);
    for (const refused of [
      () => get('private/two/a'),
      () => get('private/one/none'),
      () => list('private/'),
      () => list(),
    ]) {
      await expect(refused()).rejects.toMatchObject({
        name: 'AccessDenied',
        $metadata: { httpStatusCode: 403 },
      });
    }
  });
});
