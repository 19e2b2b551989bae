import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ManifestStore } from '../core/batches/ports.ts';
import { awsFailure } from './aws-failures.ts';

/** Without leave to list the bucket, S3 says of a missing object that access is denied. */
const missing = {
  NoSuchKey: 'Batch.ManifestMissing',
  AccessDenied: 'Batch.ManifestMissing',
} as const;

/** The lists of subjects, in one bucket. */
export const s3ManifestStore = (options: {
  readonly client: S3Client;
  readonly bucket: string;
}): ManifestStore => ({
  write: async (key, body) => {
    await options.client
      .send(
        new PutObjectCommand({
          Bucket: options.bucket,
          Key: key,
          Body: body,
          ContentType: 'application/jsonl',
        }),
      )
      .catch((error: unknown) => {
        throw awsFailure(error);
      });
  },
  lines: async function* (key) {
    try {
      const { Body } = await options.client.send(
        new GetObjectCommand({ Bucket: options.bucket, Key: key }),
      );
      // On Node the body is a stream, so that a manifest of any size passes through little memory.
      yield* createInterface({ input: Body as Readable, crlfDelay: Infinity });
    } catch (error) {
      throw awsFailure(error, missing);
    }
  },
});
