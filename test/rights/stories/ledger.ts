import { expect } from '@jest/globals';
import { listIndexes } from '../../../core/ledger/list-indexes.ts';
import { callApi } from '../../support/twin/api.ts';
import { signIn } from '../../support/twin/people.ts';
import type { Stage, Stories } from '../story.ts';

const putEvent = ({ as, twin }: Stage, Source: string): Promise<unknown> =>
  as('function stepkey-publish')('events', 'PutEvents', {
    Entries: [
      {
        EventBusName: `arn:aws:events:${twin.endpoints.region}:${twin.endpoints.accountId}:event-bus/stepkey`,
        Source,
        DetailType: 'Story',
        Detail: '{}',
      },
    ],
  });

export const ledger: Stories = [
  {
    title: 'a hand-out is chained, and an auditor goes from its key to the steps of its minting',
    tell: async (stage) => {
      const { twin, people } = stage;
      // Their names only: the stream is read by them, and the table under its key.
      stage.as('function stepkey-publish');
      stage.as('function stepkey-audit');
      const { accessToken } = await signIn(twin, 'audrey');
      const audit = async (path: string): Promise<Record<string, unknown>> => {
        const { status, body } = await callApi(twin, 'GET', path, { token: accessToken });
        expect(status).toBe(200);
        return body;
      };
      const { body } = await callApi(twin, 'POST', '/v1/credentials', {
        token: people.alice.idToken,
      });
      const { accessKeyId } = body['credentials'] as { accessKeyId: string };
      const { records } = await stage.until(
        () => audit(`/v1/issuances?accessKeyId=${accessKeyId}`),
        (page) => (page['records'] as unknown[]).length === 1,
      );
      const [record] = records as { id: string; sessionId: string; chain: { shard: number } }[];
      expect(record).toMatchObject({ id: body['issuanceId'], sessionId: body['sessionId'] });
      expect(await audit(`/v1/issuances/${String(record?.id)}`)).toEqual(record);
      const steps = await audit(`/v1/sessions/${String(record?.sessionId)}/steps`);
      expect(steps).toMatchObject({ complete: true });
      await audit(`/v1/subjects/${String(body['subject'])}`);
      const page = await audit(`/v1/ledger/${String(record?.chain.shard)}`);
      expect(page['links']).not.toEqual([]);
    },
  },
  {
    title: 'stepkey-publish tells the bus in the broker’s name and in no other',
    tell: async (stage) => {
      await putEvent(stage, 'stepkey');
      await stage.refused(putEvent(stage, 'aws.cognito-idp'));
    },
  },
  {
    title: 'stepkey-publish keeps what it could not take, and takes nothing out again',
    tell: async ({ as, refused, twin }) => {
      const { QueueUrl } = await twin.call('sqs', 'GetQueueUrl', {
        QueueName: 'stepkey-failed-changes',
      });
      const publish = as('function stepkey-publish');
      await publish('sqs', 'SendMessage', { QueueUrl, MessageBody: 'story' });
      await refused(publish('sqs', 'ReceiveMessage', { QueueUrl }));
    },
  },
  {
    title: 'an operator has a hand-out told again, and what could not be told before',
    tell: async (stage) => {
      const { twin, people } = stage;
      stage.as('function stepkey-replay');
      const { body } = await callApi(twin, 'POST', '/v1/credentials', {
        token: people.alice.idToken,
      });
      const post = async (path: string, asked: object): Promise<Record<string, unknown>> => {
        const { accessToken } = await signIn(twin, 'oscar');
        const answer = await callApi(twin, 'POST', path, { token: accessToken, body: asked });
        return { status: answer.status, ...answer.body };
      };
      await stage.until(
        () => post('/v1/replays', { issuanceId: body['issuanceId'] }),
        ({ replayed }) => replayed === 1,
      );
      const { QueueUrl } = await twin.call('sqs', 'GetQueueUrl', {
        QueueName: 'stepkey-failed-changes',
      });
      const record = {
        ...{ format: 1, kind: 'denial', id: 'story', subject: null, atEpochSeconds: 1 },
        data: { error: 'Token.Invalid' },
      };
      const MessageBody = JSON.stringify({ format: 1, streamSequenceNumber: '1', record });
      await twin.call('sqs', 'SendMessage', { QueueUrl, MessageBody });
      // Beside the story's own, what a mutant kept from being told may be waiting.
      const { status, replayed } = await post('/v1/redrives', {});
      expect(status).toBe(200);
      expect(replayed).toBeGreaterThanOrEqual(1);
      await stage.until(
        () => post('/v1/redrives', {}),
        ({ chained }) => chained === 0,
      );
    },
  },
  {
    title:
      'stepkey-replay tells the bus in the broker’s name only, and puts nothing into the queue',
    tell: async ({ as, refused, twin }) => {
      const { QueueUrl } = await twin.call('sqs', 'GetQueueUrl', {
        QueueName: 'stepkey-failed-changes',
      });
      const replay = as('function stepkey-replay');
      const entry = (Source: string) => ({
        Entries: [{ EventBusName: 'stepkey', Source, DetailType: 'Story', Detail: '{}' }],
      });
      await replay('events', 'PutEvents', entry('stepkey'));
      await refused(replay('events', 'PutEvents', entry('aws.cognito-idp')));
      await refused(replay('sqs', 'SendMessage', { QueueUrl, MessageBody: 'story' }));
    },
  },
  {
    title: 'stepkey-audit reads every list, and writes to none',
    tell: async ({ as, refused, twin }) => {
      const audit = as('function stepkey-audit');
      for (const { index, attribute } of Object.values(listIndexes)) {
        const query = {
          TableName: twin.endpoints.table,
          IndexName: index,
          KeyConditionExpression: '#partition = :value',
          ExpressionAttributeNames: { '#partition': attribute },
          ExpressionAttributeValues: { ':value': { S: 'story' } },
        };
        await audit('dynamodb', 'Query', query);
        await refused(as('function stepkey-api')('dynamodb', 'Query', query));
      }
      await refused(audit('dynamodb', 'Scan', { TableName: twin.endpoints.table }));
    },
  },
];
