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

/** As the schedule does, with the permission that its rule has. */
const run = async ({ twin }: Stage): Promise<void> => {
  const rule = twin.stacks.resources.find(
    ({ type, logicalId }) => type === 'AWS::Events::Rule' && logicalId.includes('LedgerExport'),
  );
  const arn = rule && twin.stacks.resource(rule.stackName, rule.logicalId)?.attributes['Arn'];
  const { outcome } = await twin.services.lambda.invokeFrom(
    { service: 'events.amazonaws.com', arn: String(arn) },
    functionName,
    '{"task":"archive"}',
  );
  expect(outcome).toBe('answered');
};

/** What other tellings left: chains begin anew with each story, and so would have the same names. */
const emptyBucket = async (stage: Stage): Promise<void> => {
  for (const Key of await segmentsIn(stage))
    await stage.admin('s3', 'DeleteObject', { Bucket: bucketOf(stage), Key });
};

export const archive: Stories = [
  {
    title: 'what the chains have grown by is copied, once',
    tell: async (stage) => {
      // Its name only: the table is read under its key.
      stage.as(owner);
      const { twin, people } = stage;
      await emptyBucket(stage);
      await callApi(twin, 'POST', '/v1/credentials', { token: people.alice.idToken });
      await stage.until(
        async () => {
          await run(stage);
          return segmentsIn(stage);
        },
        ({ length }) => length > 0,
      );
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
