import { expect } from '@jest/globals';
import { callApi } from '../../support/twin/api.ts';
import type { Stage, Stories } from '../story.ts';

const owner = 'function stepkey-archive';
const functionName = 'stepkey-archive';

const bucketOf = ({ twin }: Stage): string =>
  twin.stacks.output('StepkeyBroker', 'LedgerBucketName');

const segmentsIn = async (stage: Stage): Promise<readonly string[]> => {
  const { Contents = [] } = (await stage.admin('s3', 'ListObjectsV2', {
    Bucket: bucketOf(stage),
  })) as { Contents?: readonly { readonly Key: string }[] };
  return Contents.map(({ Key }) => Key);
};

const run = async (stage: Stage): Promise<void> => {
  const answer = await stage.admin('lambda', 'Invoke', {
    FunctionName: functionName,
    Payload: '{"task":"archive"}',
  });
  expect(answer['FunctionError']).toBeUndefined();
};

export const archive: Stories = [
  {
    title: 'what the chains have grown by is copied, once',
    tell: async (stage) => {
      // Its name only: the table is read under its key.
      stage.as(owner);
      const { twin, people } = stage;
      await callApi(twin, 'POST', '/v1/credentials', { token: people.alice.idToken });
      const end = Date.now() + 5_000;
      for (;;) {
        const before = await segmentsIn(stage);
        await run(stage);
        if ((await segmentsIn(stage)).length > before.length) break;
        if (Date.now() > end) throw new Error('Nothing was copied.');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  },
  {
    title: `${functionName} writes segments, and neither reads, lists nor removes any`,
    tell: async (stage) => {
      const place = { Bucket: bucketOf(stage), Key: 'ledger/story.jsonl' };
      const call = stage.as(owner);
      await call('s3', 'PutObject', { ...place, Body: 'story' });
      await stage.refused(call('s3', 'PutObject', { ...place, Key: 'other/story', Body: 'story' }));
      await stage.refused(call('s3', 'GetObject', place));
      await stage.refused(call('s3', 'DeleteObject', place));
      await stage.refused(call('s3', 'ListObjectsV2', { Bucket: place.Bucket }));
    },
  },
];
