import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Twin } from '../../../local/twin.ts';

export interface WireCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Lists a prefix with an unmodified SDK. @returns `ok`, or the error's name */
export const listWith = async (
  twin: Twin,
  { accessKeyId, secretAccessKey, sessionToken }: WireCredentials,
  prefix: string,
): Promise<string> => {
  const s3 = new S3Client({
    region: twin.endpoints.region,
    endpoint: twin.endpoints.aws,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
  });
  try {
    await s3.send(new ListObjectsV2Command({ Bucket: twin.endpoints.bucket, Prefix: prefix }));
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.name : 'unknown';
  } finally {
    s3.destroy();
  }
};
