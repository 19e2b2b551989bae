/**
 * What one subject of a batch costs: calls of AWS services and bytes of rows, counted at the twin's services. Counts, no
 * times: they are the same on every machine, and docs/scale.md multiplies them.
 */
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { SFN } from '@aws-sdk/client-sfn';
import { setTimeout as wait } from 'node:timers/promises';
import { startOpenTwin, type OpenTwin } from '../local/twin.ts';
import type { Bench, Figure } from './bench.ts';
import { startBatch } from './fairness/batch.ts';
import { jobToken } from './fairness/sign-in.ts';

const pollMillis = 250;
/** What the measuring itself calls. */
const ownOperations = new Set(['states:DescribeExecution', 'states:ListExecutions']);

type Counts = ReadonlyMap<string, number>;

const clientsOf = ({ endpoints: { aws: endpoint, region, adminCredentials } }: OpenTwin) => {
  const settings = { region, endpoint, credentials: adminCredentials };
  return { dynamodb: new DynamoDB(settings), sfn: new SFN(settings) };
};

/** Bytes of all rows, by the first word of their key, as JSON has them. */
const bytesByKind = async (
  dynamodb: DynamoDB,
  TableName: string,
): Promise<ReadonlyMap<string, number>> => {
  const bytes = new Map<string, number>();
  let start: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await dynamodb.scan({
      TableName,
      ...(start === undefined ? {} : { ExclusiveStartKey: start as never }),
    });
    for (const row of Items) {
      const [kind = ''] = (row['pk']?.S ?? '').split('#');
      bytes.set(kind, (bytes.get(kind) ?? 0) + Buffer.byteLength(JSON.stringify(row)));
    }
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return bytes;
};

/** Ended, without a question to the broker: that would count. */
const untilEnded = async (sfn: SFN, stateMachineArn: string): Promise<void> => {
  for (;;) {
    const { executions = [] } = await sfn.listExecutions({ stateMachineArn });
    if (executions.length > 0 && executions.every(({ status }) => status !== 'RUNNING')) return;
    await wait(pollMillis);
  }
};

const figuresOf = (
  round: string,
  what: 'calls' | 'bytes',
  counts: Counts,
  subjects: number,
): readonly Figure[] =>
  [...counts]
    .sort(([one], [other]) => one.localeCompare(other))
    // A call for the whole batch is none of a subject.
    .filter(([, count]) => count >= subjects / 4)
    .map(([name, count]) => ({
      name: `${round}: ${name}`,
      unit: what === 'calls' ? '/subject' : 'bytes',
      values: [count / subjects],
    }));

export const bench: Bench = {
  name: 'batch-subject',
  measure: async ({ quick, progress }) => {
    const count = quick ? 10 : 50;
    let counts = new Map<string, number>();
    const twin = await startOpenTwin({
      ...{ stateDirectory: null, port: 0, awsPort: 0, users: 'none' },
      interceptor: ({ service, operation }) => {
        const name = `${service}:${operation}`;
        if (!ownOperations.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
      },
    });
    try {
      const { endpoints, services } = twin;
      const { dynamodb, sfn } = clientsOf(twin);
      const names = Array.from({ length: count }, (_, index) => `subject-${String(index)}`);
      for (const username of names) {
        await services.cognitoIdp.importUser(endpoints.userPoolId, {
          ...{ username, password: null, temporary: false, enabled: true, groups: ['readers'] },
          attributes: { email: `${username}@example.com` },
        });
      }
      const batchMachine = endpoints.stateMachines['issue-batch'] ?? '';
      const token = await jobToken(endpoints);
      const figures: Figure[] = [];
      const bytesBefore = await bytesByKind(dynamodb, endpoints.table);
      const run = async (round: string): Promise<void> => {
        counts = new Map();
        const batch = await startBatch(endpoints, token, names);
        await untilEnded(sfn, batchMachine);
        figures.push(...figuresOf(round, 'calls', counts, count));
        const { counts: outcomes } = await batch.progress();
        // `cached`: a crowded machine let an execution run out of time after its mint, and the next attempt found it.
        if (outcomes.minted + outcomes.cached !== count) {
          const reasons = (await batch.outcomes()).flatMap(({ reason }) => reason ?? []);
          throw new Error(`${round}: ${JSON.stringify(outcomes)} ${reasons.join(', ')}`);
        }
        progress(round);
      };
      await run('new');
      const bytes = await bytesByKind(dynamodb, endpoints.table);
      const added = [...bytes].map(
        ([kind, each]) => [kind, each - (bytesBefore.get(kind) ?? 0)] as const,
      );
      figures.push(...figuresOf('rows', 'bytes', new Map(added), count));
      // Everybody is known now; without the cache all are minted for again.
      const entries = await dynamodb.scan({
        TableName: endpoints.table,
        FilterExpression: 'begins_with(sk, :entry)',
        ExpressionAttributeValues: { ':entry': { S: 'ENTRY#' } },
      });
      for (const { pk, sk } of entries.Items ?? []) {
        await dynamodb.deleteItem({
          TableName: endpoints.table,
          Key: { pk: pk ?? { S: '-' }, sk: sk ?? { S: '-' } },
        });
      }
      await run('known');
      dynamodb.destroy();
      sfn.destroy();
      return figures;
    } finally {
      await twin.stop();
    }
  },
};
