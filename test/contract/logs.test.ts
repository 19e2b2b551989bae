import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { createLogsService } from '../../local/services/logs/service.ts';
import { memoryStore } from '../../local/state/store.ts';
import { startWireWorld } from '../unit/local/wire/wire-world.ts';
import type { WireWorld } from '../unit/local/wire/wire-world.ts';

const logGroupName = '/aws/vendedlogs/states/issue';
const atEpochMillis = 1_800_000_000_000;

let wire: WireWorld;
let client: CloudWatchLogsClient;

beforeAll(async () => {
  const logs = await createLogsService({
    directory: null,
    store: memoryStore(),
    clock: { nowEpochMillis: () => atEpochMillis },
  });
  wire = await startWireWorld([logs]);
  client = new CloudWatchLogsClient(wire.clientConfig);
  await client.send(new CreateLogGroupCommand({ logGroupName }));
  for (const [index, type] of ['TaskFailed', 'ExecutionFailed'].entries())
    logs.writeLog(logGroupName, 'stream/1', atEpochMillis + index, JSON.stringify({ type }));
  logs.writeLog(logGroupName, 'stream/2', atEpochMillis + 5, 'plain text');
});
afterAll(async () => {
  client.destroy();
  await wire.stop();
});

describe('the AWS SDK against the twin’s CloudWatch Logs', () => {
  it('finds events by pattern, stream and time', async () => {
    const { events } = await client.send(
      new FilterLogEventsCommand({
        logGroupName,
        filterPattern: '{ $.type = "ExecutionFailed" }',
      }),
    );
    expect(events).toMatchObject([
      {
        logStreamName: 'stream/1',
        timestamp: atEpochMillis + 1,
        message: '{"type":"ExecutionFailed"}',
        eventId: expect.any(String),
      },
    ]);
    const later = await client.send(
      new FilterLogEventsCommand({
        logGroupName,
        logStreamNamePrefix: 'stream/',
        startTime: atEpochMillis + 2,
      }),
    );
    expect(later.events?.map(({ message }) => message)).toEqual(['plain text']);
  });

  it('reads a stream from its head, and describes groups and streams', async () => {
    const { events, nextForwardToken } = await client.send(
      new GetLogEventsCommand({ logGroupName, logStreamName: 'stream/1', startFromHead: true }),
    );
    expect(events?.map(({ timestamp }) => timestamp)).toEqual([atEpochMillis, atEpochMillis + 1]);
    expect(nextForwardToken).toEqual(expect.any(String));
    const { logGroups } = await client.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/vendedlogs' }),
    );
    expect(logGroups?.map((group) => group.logGroupName)).toEqual([logGroupName]);
    const { logStreams } = await client.send(new DescribeLogStreamsCommand({ logGroupName }));
    expect(logStreams?.map((stream) => stream.logStreamName)).toEqual(['stream/1', 'stream/2']);
  });

  it('throws the modelled errors', async () => {
    await expect(
      client.send(new GetLogEventsCommand({ logGroupName, logStreamName: 'none' })),
    ).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(client.send(new CreateLogGroupCommand({ logGroupName }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
  });
});
