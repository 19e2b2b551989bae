import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchReport } from '../../../core/contracts/batch-answers.ts';
import { tokenOfMachine } from '../../support/twin/machines.ts';
import {
  anyPorts,
  endpointsIn,
  startProcess,
  type TwinProcess,
} from '../../support/twin/process.ts';
import { clientsOf, type Clients } from './load.ts';

const subjects = Array.from({ length: 50 }, (_, index) => `reader-${String(index + 10)}`);
const doneBeforeTheKill = 12;

describe('kill -9 in the middle of a batch', () => {
  let stateDirectory: string;
  let running: TwinProcess;
  let clients: Clients;

  const start = async (): Promise<void> => {
    running = startProcess(...anyPorts, '--state', stateDirectory);
    await running.ready;
    if (running.child.exitCode !== null) throw new Error((await running.ended).stderr);
    clients = clientsOf(await endpointsIn(stateDirectory));
  };
  const makeReader = async (Username: string): Promise<void> => {
    const user = { UserPoolId: clients.endpoints.userPoolId, Username };
    await clients.users.adminCreateUser({ ...user, MessageAction: 'SUPPRESS' });
    await clients.users.adminAddUserToGroup({ ...user, GroupName: 'readers' });
  };
  const ask = async (method: string, path: string, body?: object): Promise<BatchReport> => {
    const answer = await fetch(`${clients.endpoints.api}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await tokenOfMachine(clients, 'batch')}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as BatchReport;
  };
  const until = async (
    batchId: string,
    isReached: (report: BatchReport) => boolean,
  ): Promise<BatchReport> => {
    for (;;) {
      const report = await ask('GET', `/v1/batches/${batchId}?limit=1000`);
      if (isReached(report)) return report;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** Session ids by subject, as the ledger has them; those that came to nothing are left out. */
  const sessionsBySubject = async (): Promise<ReadonlyMap<string, readonly string[]>> => {
    const { Items = [] } = await clients.dynamodb.scan({
      TableName: clients.endpoints.table,
      FilterExpression: 'begins_with(pk, :session) AND sk = :sk AND #status = :active',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':session': { S: 'SESSION#' },
        ':sk': { S: 'SESSION' },
        ':active': { S: 'ACTIVE' },
      },
      ConsistentRead: true,
    });
    const sessions = new Map<string, string[]>();
    for (const { pk, subject } of Items) {
      const of = sessions.get(subject?.S ?? '') ?? [];
      sessions.set(subject?.S ?? '', [...of, (pk?.S ?? '').slice('SESSION#'.length)]);
    }
    return sessions;
  };

  beforeAll(async () => {
    stateDirectory = join(await mkdtemp(join(tmpdir(), 'stepkey-batch-kill-')), 'state');
    await start();
    await Promise.all(subjects.map(makeReader));
  });
  afterAll(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
    await rm(join(stateDirectory, '..'), { recursive: true, force: true });
  });

  it('it goes on by itself, the report is complete, and whoever had an answer is not minted for again', async () => {
    const { batchId } = await ask('POST', '/v1/batches', { grant: 'reports', subjects });
    const before = await until(batchId, ({ progress }) => progress.done >= doneBeforeTheKill);
    running.child.kill('SIGKILL');
    await running.ended;
    clients.close();
    expect(before.status).toBe('running');
    expect(before.outcomes.length).toBeLessThan(subjects.length);

    await start();
    const report = await until(batchId, ({ status }) => status !== 'running');
    expect(report).toMatchObject({
      status: 'succeeded',
      partial: false,
      progress: { total: subjects.length, done: subjects.length },
      counts: { denied: 0, failed: 0 },
    });
    expect(report.outcomes.map(({ subject }) => subject)).toEqual(subjects);
    // Who was answered before keeps the answer.
    expect(report.outcomes).toEqual(expect.arrayContaining([...before.outcomes]));

    const sessions = await sessionsBySubject();
    expect(sessions.size).toBe(subjects.length);
    const sessionsBeside = (sessionId: string): number =>
      [...sessions.values()].find((of) => of.includes(sessionId))?.length ?? 0;
    for (const { subject, sessionId = '' } of before.outcomes) {
      expect([subject, sessionsBeside(sessionId)]).toEqual([subject, 1]);
    }
    // An execution that was killed after STS's answer and before the cache had it is all that may be repeated.
    for (const of of sessions.values()) expect(of.length).toBeLessThanOrEqual(2);
    // Each outcome names the session that the job will find in the cache.
    for (const { sessionId = '' } of report.outcomes) {
      expect(sessionsBeside(sessionId)).toBeGreaterThan(0);
    }
    clients.close();
  });
});
