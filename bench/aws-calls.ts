/** How many signed calls of an unmodified SDK the twin's AWS endpoint answers for each second of one core. */
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Bench } from './bench.ts';
import { load } from './load.ts';
import { processorSeconds, startTwinProcess } from './twin-process.ts';

const row = (index: number) => ({ pk: { S: `BENCH#${String(index % 500)}` }, sk: { S: 'BENCH' } });

export const bench: Bench = {
  name: 'aws-calls',
  measure: async ({ quick, progress }) => {
    const twin = await startTwinProcess('--users', 'none');
    try {
      const { region, aws: endpoint, adminCredentials: credentials, table } = twin.endpoints;
      const pid = twin.child.pid ?? 0;
      const settings = { region, endpoint, credentials, maxAttempts: 1 };
      const dynamoDb = new DynamoDBClient(settings);
      const sts = new STSClient(settings);
      const calls = {
        GetCallerIdentity: async () => {
          await sts.send(new GetCallerIdentityCommand({}));
        },
        GetItem: async (index: number) => {
          await dynamoDb.send(
            new GetItemCommand({ TableName: table, Key: row(index), ConsistentRead: true }),
          );
        },
        PutItem: async (index: number) => {
          await dynamoDb.send(new PutItemCommand({ TableName: table, Item: row(index) }));
        },
      };
      const count = quick ? 500 : 4000;
      const rounds = quick ? 2 : 5;
      const values: Record<string, number[]> = {};
      for (const call of Object.values(calls)) await load(count, 16, call);
      for (let round = 0; round < rounds; round += 1) {
        for (const [name, call] of Object.entries(calls)) {
          const before = processorSeconds(pid);
          await load(count, 16, call);
          (values[name] ??= []).push(count / (processorSeconds(pid) - before));
        }
        progress(`round ${String(round + 1)} of ${String(rounds)}`);
      }
      return Object.entries(values).map(([name, each]) => ({
        name: `${name}, for each second of one core`,
        unit: '/s',
        values: each,
        bar: { atLeast: 1500 },
      }));
    } finally {
      await twin.stop();
    }
  },
};
