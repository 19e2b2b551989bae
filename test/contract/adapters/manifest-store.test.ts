import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { S3Client } from '@aws-sdk/client-s3';

import { s3ManifestStore } from '../../../adapters/manifest-store.ts';
import type { ManifestStore } from '../../../core/batches/ports.ts';
import type { PolicyDocument } from '../../../local/iam/policy.ts';
import { createS3Service } from '../../../local/services/s3/service.ts';
import { memoryStore } from '../../../local/state/store.ts';
import { nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { fakeManifestStore } from '../../support/fakes/fake-manifest-store.ts';
import {
  admin,
  clock,
  close,
  limited,
  listen,
  settingsOf,
} from '../../support/twin/aws-endpoint.ts';

const bucket = 'lists';
let server: Server;
let policy: PolicyDocument = { Statement: [] };
const clients: S3Client[] = [];
const clientOf = (to: Server, credentials: typeof admin): S3Client => {
  const client = new S3Client({ ...settingsOf(to, credentials), forcePathStyle: true });
  clients.push(client);
  return client;
};
beforeAll(async () => {
  const service = await createS3Service({ directory: null, store: memoryStore(), clock });
  await service.createBucket(bucket);
  server = await listen(service, () => policy);
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await close(server);
});

const realStore = (credentials = admin, to = server): ManifestStore =>
  s3ManifestStore({ client: clientOf(to, credentials), bucket });
const linesOf = async (store: ManifestStore, key: string): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of store.lines(key)) lines.push(line);
  return lines;
};

describe.each([
  ['the fake', fakeManifestStore],
  ['S3', realStore],
] as const)('%s, as the store of manifests', (_name, newStore) => {
  it.each([
    ['lines', 'alice\nbob\n', ['alice', 'bob']],
    ['lines of another system', 'alice\r\nbob\r\n', ['alice', 'bob']],
    ['a last line without an end', 'alice\nbob', ['alice', 'bob']],
    ['empty lines between', 'alice\n\nbob\n', ['alice', '', 'bob']],
    ['letters of many bytes', 'é\u{1F600}\nž\n', ['é\u{1F600}', 'ž']],
    ['one empty line', '\n', ['']],
  ])('gives back %s as they were written', async (what, text, lines) => {
    const store = newStore();
    const key = `batches/batch/${what.replaceAll(' ', '-')}.csv`;
    await store.write(key, text);
    expect(await linesOf(store, key)).toEqual(lines);
  });

  it('has the last that was written under a key', async () => {
    const store = newStore();
    await store.write('batches/batch/twice.csv', 'alice\n');
    await store.write('batches/batch/twice.csv', 'bob\n');
    expect(await linesOf(store, 'batches/batch/twice.csv')).toEqual(['bob']);
  });

  it('says of what is not there that the manifest is missing', async () => {
    expect(await nameOfFailure(linesOf(newStore(), 'batches/batch/none.csv'))).toBe(
      'Batch.ManifestMissing',
    );
  });
});

describe('s3ManifestStore', () => {
  it('reads a list that is longer than a chunk without losing a line', async () => {
    const subjects = Array.from({ length: 40_000 }, (_, index) => `subject-${String(index)}`);
    await realStore().write('batches/batch/long.csv', subjects.join('\n'));
    expect(await linesOf(realStore(), 'batches/batch/long.csv')).toEqual(subjects);
  });

  it('sees a missing list where it may not list the bucket, and S3 says that access is denied', async () => {
    policy = {
      Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*` },
    };
    expect(await nameOfFailure(linesOf(realStore(limited), 'batches/batch/none.csv'))).toBe(
      'Batch.ManifestMissing',
    );
  });

  it('is misconfigured where it may not write', async () => {
    policy = { Statement: [] };
    expect(await nameOfFailure(realStore(limited).write('batches/batch/a.csv', 'alice'))).toBe(
      'Upstream.Misconfigured',
    );
  });

  it('fails where the list breaks off, rather than taking its beginning for all of it', async () => {
    const breaking = createServer((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('alice\nbob\n', () => response.destroy());
    });
    await new Promise<void>((resolve) => breaking.listen(0, '127.0.0.1', resolve));
    try {
      const broken = linesOf(realStore(admin, breaking), 'batches/batch/long.csv');
      expect(await nameOfFailure(broken)).toBe('Upstream.Unavailable');
    } finally {
      await close(breaking);
    }
  });
});
