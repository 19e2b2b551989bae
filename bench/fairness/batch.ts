import { setTimeout as wait } from 'node:timers/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { BatchReport } from '../../core/contracts/batch-answers.ts';
import type { Endpoints } from '../../local/endpoints.ts';

export interface RunningBatch {
  readonly progress: () => Promise<BatchReport>;
  /** What there is by now. */
  readonly outcomes: () => Promise<BatchReport['outcomes']>;
}

const pageLength = 1000;
const grant = 'reports';

/** Starts a batch over a manifest in the deployment's bucket, as a job would. */
export const startBatch = async (
  { api, aws, bucket, region, adminCredentials }: Endpoints,
  token: string,
  usernames: readonly string[],
): Promise<RunningBatch> => {
  const s3 = new S3Client({
    region,
    endpoint: aws,
    forcePathStyle: true,
    credentials: { ...adminCredentials },
  });
  const key = 'batches/batch/fairness.csv';
  await s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: ['subject', ...usernames].join('\n') }),
  );
  s3.destroy();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${api}/v1/batches`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ grant, manifest: { key } }),
  });
  if (answer.status !== 202) throw new Error(`The batch was refused: ${await answer.text()}`);
  const { batchId } = (await answer.json()) as BatchReport;
  const page = async (query: string): Promise<BatchReport> => {
    const ask = () => fetch(`${api}/v1/batches/${batchId}?${query}`, { headers });
    let got = await ask();
    // A crowded machine: the job asks again, as the answer's Retry-After says.
    while (got.status === 503) {
      await wait(1000);
      got = await ask();
    }
    if (got.status !== 200) throw new Error(`No progress: ${await got.text()}`);
    return (await got.json()) as BatchReport;
  };
  return {
    progress: () => page('limit=1'),
    outcomes: async () => {
      const all: BatchReport['outcomes'] = [];
      let cursor: string | undefined;
      do {
        const next = cursor === undefined ? '' : `&cursor=${cursor}`;
        const { outcomes, nextCursor } = await page(`limit=${String(pageLength)}${next}`);
        all.push(...outcomes);
        cursor = nextCursor;
      } while (cursor !== undefined);
      return all;
    },
  };
};
