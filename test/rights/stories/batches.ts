import { expect } from '@jest/globals';
import { callApi } from '../../support/twin/api.ts';
import type { ApiAnswer } from '../../support/twin/api.ts';
import { tokenOfMachine } from '../../support/twin/machines.ts';
import type { Owner, Stage, Stories } from '../story.ts';

const client = 'batch';
const functionName = 'stepkey-batches';
const owners = ['function stepkey-batches', 'machine stepkey-issue-batch'] as const;

const machineArnOf = ({ twin }: Stage): string =>
  String(twin.endpoints.stateMachines['issue-batch']);

/** What a story leaves running would write into the next one's table. */
const stopAll = async (stage: Stage): Promise<void> => {
  const { executions } = await stage.admin('states', 'ListExecutions', {
    stateMachineArn: machineArnOf(stage),
    statusFilter: 'RUNNING',
  });
  for (const { executionArn } of executions as { readonly executionArn: string }[])
    await stage.admin('states', 'StopExecution', { executionArn });
};

type Ask = (method: string, path: string, body?: object) => Promise<ApiAnswer>;

/** Their rights are needed, whoever's name the calls bear. */
const withBatches = async (stage: Stage, tell: (ask: Ask) => Promise<void>): Promise<void> => {
  owners.forEach(stage.as);
  const token = await tokenOfMachine(stage.twin, client);
  try {
    await tell((method, path, body) =>
      callApi(stage.twin, method, path, { token, ...(body !== undefined && { body }) }),
    );
  } finally {
    await stopAll(stage);
  }
};

const started = async (ask: Ask, body: object): Promise<string> => {
  const { status, body: batch } = await ask('POST', '/v1/batches', { grant: 'reports', ...body });
  expect(status).toBe(202);
  return `/v1/batches/${String(batch['batchId'])}`;
};

const ended = (stage: Stage, ask: Ask, path: string): Promise<Record<string, unknown>> =>
  stage.until(
    async () => {
      const { status, body } = await ask('GET', path);
      expect(status).toBe(200);
      return body;
    },
    ({ status }) => status !== 'running',
  );

const objectCalls = ({ as, twin }: Stage, owner: Owner, Key: string) => {
  const object = { Bucket: twin.endpoints.bucket, Key };
  return [
    () => as(owner)('s3', 'PutObject', { ...object, Body: 'subject\n' }),
    () => as(owner)('s3', 'GetObject', object),
  ];
};

export const batches: Stories = [
  {
    title: 'a batch has an outcome for each subject, and a report in the client’s own place',
    tell: (stage) =>
      withBatches(stage, async (ask) => {
        const path = await started(ask, { subjects: ['alice', 'nobody'] });
        expect(await ended(stage, ask, path)).toMatchObject({
          status: 'succeeded',
          counts: { minted: 1, cached: 0, denied: 1, failed: 0 },
          outcomes: [
            { subject: 'alice', outcome: 'minted' },
            { subject: 'nobody', outcome: 'denied', reason: 'Grant.Refused' },
          ],
        });
        const id = path.split('/').at(-1) ?? '';
        const { Contents } = await stage.admin('s3', 'ListObjectsV2', {
          Bucket: stage.twin.endpoints.bucket,
          Prefix: `batches/${client}/results/${id}/`,
        });
        expect(Contents).not.toEqual([]);
      }),
  },
  {
    title: 'a batch that is cancelled is stopped',
    tell: (stage) =>
      withBatches(stage, async (ask) => {
        // No child begins before the batch is cancelled: what one wrote later would be in the next story's table.
        let release = (): void => undefined;
        const cancelled = new Promise<void>((resolve) => (release = resolve));
        stage.beforeCall(async (call) => {
          if (call.service === 'lambda' && JSON.stringify(call.input).includes(functionName)) {
            await cancelled;
          }
        });
        const path = await started(ask, { subjects: ['nobody-1', 'nobody-2'] });
        const { status, body } = await ask('DELETE', path);
        release();
        expect({ status, body }).toMatchObject({ status: 200, body: { status: 'cancelled' } });
        const { executions } = await stage.admin('states', 'ListExecutions', {
          stateMachineArn: machineArnOf(stage),
          statusFilter: 'RUNNING',
        });
        expect(executions).toEqual([]);
      }),
  },
  {
    title: 'a batch that is refused is recorded',
    tell: (stage) =>
      withBatches(stage, async (ask) => {
        const { status } = await ask('POST', '/v1/batches', {
          grant: 'own-files',
          subjects: ['a'],
        });
        expect(status).toBe(403);
        const { Items } = await stage.admin('dynamodb', 'Scan', {
          TableName: stage.twin.endpoints.table,
          FilterExpression: 'begins_with(pk, :denial) AND #error = :refused',
          ExpressionAttributeNames: { '#error': 'error' },
          ExpressionAttributeValues: {
            ':denial': { S: 'DENIAL#' },
            ':refused': { S: 'Grant.Refused' },
          },
          ConsistentRead: true,
        });
        expect(Items).toHaveLength(1);
      }),
  },
  ...owners.map((owner) => ({
    title: `${owner} has lists and reports below batches/, and no other file`,
    tell: async (stage: Stage) => {
      for (const call of objectCalls(stage, owner, `batches/${client}/story.csv`)) await call();
      for (const key of ['private/x', 'team/x', 'batches'])
        for (const call of objectCalls(stage, owner, key)) await stage.refused(call());
    },
  })),
  ...owners.map((owner) => ({
    title: `${owner} follows and stops what it started`,
    tell: async (stage: Stage) => {
      const call = stage.as(owner);
      const stateMachineArn = machineArnOf(stage);
      // Ends at once: there is no such manifest to count.
      const { executionArn } = await call('states', 'StartExecution', {
        stateMachineArn,
        input: '{}',
      });
      try {
        await call('states', 'DescribeExecution', { executionArn });
        await call('states', 'StopExecution', { executionArn });
      } finally {
        await stopAll(stage);
      }
    },
  })),
];
