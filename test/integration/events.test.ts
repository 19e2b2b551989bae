import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventSchemas, type EventName } from '../../core/contracts/events.ts';
import { AwsError } from '../../local/aws.ts';
import { defaultSettings } from '../../local/services/sqs/model.ts';
import { startOpenTwin, type OpenTwin } from '../../local/twin.ts';
import { buildCommandUnderTest, type CommandUnderTest } from '../support/command.ts';
import { callApi } from '../support/twin/api.ts';
import { signIn } from '../support/twin/people.ts';
import { operatorOf } from '../support/twin/revocations.ts';

interface Received {
  readonly 'detail-type': EventName;
  readonly source: string;
  readonly detail: {
    readonly record: string;
    readonly subject: string | null;
    readonly replayed?: true;
    readonly ledger: { readonly shard: number; readonly sequence: number };
    readonly at: string;
  };
}

/** For the consumer, not for a time. */
const patienceMillis = 20_000;
const twoHoursMillis = 7_200_000;

describe('the bus, on the twin', () => {
  let twin: OpenTwin;
  let stepkey: CommandUnderTest;
  let home: string;
  let isBusDown = false;
  let queueUrl = '';
  const received: Received[] = [];

  beforeAll(async () => {
    [twin, stepkey] = await Promise.all([
      startOpenTwin({
        stateDirectory: null,
        port: 0,
        awsPort: 0,
        users: 'demo',
        interceptor: ({ service, operation }) => {
          if (isBusDown && service === 'events' && operation === 'PutEvents') {
            throw new AwsError('InternalException', 'The bus is down.', { statusCode: 500 });
          }
        },
      }),
      buildCommandUnderTest(),
    ]);
    home = await stepkey.home();
    const endpoints = join(stepkey.directory, 'endpoints.json');
    await writeFile(endpoints, JSON.stringify(twin.endpoints), { mode: 0o600 });
    await stepkey.run(home, ['configure', '--endpoints', endpoints]);
    await subscribe();
  });
  afterAll(async () => {
    await twin.stop();
    await stepkey.remove();
  });

  /** A rule of the bus with a queue as its target, as a consumer would make it. */
  const subscribe = async (): Promise<void> => {
    const queueArn = `arn:aws:sqs:us-east-1:${twin.endpoints.accountId}:siem`;
    ({ queueUrl } = await twin.services.sqs.putQueue({
      name: 'siem',
      settings: defaultSettings,
      encryption: {},
    }));
    await twin.services.sqs.putQueuePolicy(queueUrl, {
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
      },
    });
    const rule = { EventBusName: 'stepkey', EventPattern: '{"source":["stepkey"]}' };
    await twin.call('events', 'PutRule', { Name: 'siem', ...rule });
    await twin.call('events', 'PutTargets', {
      EventBusName: 'stepkey',
      Rule: 'siem',
      Targets: [{ Id: 'queue', Arn: queueArn }],
    });
  };
  const receiveUntil = async (isThere: () => boolean): Promise<void> => {
    const deadline = Date.now() + patienceMillis;
    while (!isThere()) {
      if (Date.now() > deadline) {
        throw new Error(`only ${JSON.stringify(received.map(({ detail }) => detail.record))}`);
      }
      const { Messages = [] } = (await twin.call('sqs', 'ReceiveMessage', {
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
      })) as { Messages?: { Body: string; ReceiptHandle: string }[] };
      for (const { Body, ReceiptHandle } of Messages) {
        received.push(JSON.parse(Body) as Received);
        await twin.call('sqs', 'DeleteMessage', { QueueUrl: queueUrl, ReceiptHandle });
      }
    }
  };
  const run = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    // Its own token each time: time moves on in between.
    const ended = await stepkey.run(home, ['--output', 'json', ...args], {
      env: { STEPKEY_TOKEN: (await operatorOf(twin)).token },
    });
    expect([ended.code, ended.code === 0 ? '' : ended.stderr]).toEqual([0, '']);
    return JSON.parse(ended.stdout) as Record<string, unknown>;
  };
  const handOut = async (who: string) => {
    const { idToken } = await signIn(twin, who);
    const { body, status } = await callApi(twin, 'POST', '/v1/credentials', {
      token: idToken,
      body: { grant: 'own-files' },
    });
    expect(status).toBe(200);
    return body as { subject: string; sessionId: string; issuanceId: string };
  };
  const of = (issuanceId: string) =>
    received.filter(({ detail }) => detail.record === `issuance/${issuanceId}`);

  it('tells a queue behind a rule of everything, in the shape of its schema, in order per subject', async () => {
    const handOuts: Awaited<ReturnType<typeof handOut>>[] = [];
    for (const who of ['alice', 'bob', 'alice', 'bob', 'alice']) handOuts.push(await handOut(who));
    await receiveUntil(() => handOuts.every(({ issuanceId }) => of(issuanceId).length > 0));
    for (const { 'detail-type': type, source, detail } of received) {
      expect(source).toBe('stepkey');
      expect(eventSchemas[type].parse(detail)).toEqual(detail);
    }
    for (const { subject } of handOuts) {
      const sequences = received
        .filter(({ detail }) => detail.subject === subject)
        .map(({ detail }) => detail.ledger.sequence);
      expect(sequences).toEqual([...sequences].sort((one, other) => one - other));
    }
  });

  it('tells of a range again at the command line, marked and with the same place', async () => {
    const first = await handOut('alice');
    await receiveUntil(() => of(first.issuanceId).length === 1);
    expect(await run('events', 'replay', '--issuance', first.issuanceId)).toEqual({ replayed: 1 });
    await receiveUntil(() => of(first.issuanceId).length === 2);
    const [told, again] = of(first.issuanceId).map(({ detail }) => detail);
    expect(told).not.toHaveProperty('replayed');
    expect(again).toEqual({ ...told, replayed: true });

    received.length = 0;
    const { replayed: ofSession } = await run('events', 'replay', '--session', first.sessionId);
    // The session, and alice's four hand-outs of it.
    expect(ofSession).toBe(5);
    const { replayed } = await run(
      ...['events', 'replay', '--from', '2026-01-01T00:00:00Z', '--subject', first.subject],
    );
    expect(replayed).toBeGreaterThan(5);
    await receiveUntil(() => received.length === Number(replayed) + 5);
    const sequences = received.slice(5).map(({ detail }) => detail.ledger.sequence);
    expect(sequences).toEqual([...sequences].sort((one, other) => one - other));
    expect(received.every(({ detail }) => detail.replayed === true)).toBe(true);
  });

  it('is of no consequence for what is chained when it is down: after an hour the queue has the records, and a redrive brings them', async () => {
    isBusDown = true;
    const untold = [await handOut('alice'), await handOut('bob')];
    const failed = async () => {
      const { QueueUrl } = await twin.call('sqs', 'GetQueueUrl', {
        QueueName: 'stepkey-failed-changes',
      });
      const { Attributes } = (await twin.call('sqs', 'GetQueueAttributes', {
        QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages'],
      })) as { Attributes: { ApproximateNumberOfMessages: string } };
      return Number(Attributes.ApproximateNumberOfMessages);
    };
    await twin.setClockAhead(twoHoursMillis);
    const deadline = Date.now() + patienceMillis;
    while ((await failed()) < untold.length && Date.now() < deadline) await wait(50);

    expect(await failed()).toBe(untold.length);
    expect(untold.flatMap(({ issuanceId }) => of(issuanceId))).toEqual([]);

    isBusDown = false;
    expect(await run('events', 'redrive')).toEqual({ replayed: 2, chained: 2, unreadable: 0 });
    await receiveUntil(() => untold.every(({ issuanceId }) => of(issuanceId).length === 1));
    expect(of(String(untold[0]?.issuanceId))[0]?.detail.replayed).toBe(true);
    expect(await failed()).toBe(0);
    // What comes after is told as ever.
    const next = await handOut('alice');
    await receiveUntil(() => of(next.issuanceId).length === 1);
  });

  it('is told again for operators only, and not for one who was revoked [SEC-33]', async () => {
    const { accessToken, idToken } = await signIn(twin, 'alice');
    const body = { from: '2026-01-01T00:00:00Z' };
    for (const path of ['/v1/replays', '/v1/redrives']) {
      for (const token of [accessToken, idToken]) {
        const { status } = await callApi(twin, 'POST', path, { token, body });
        expect(status).toBe(401);
      }
    }
    const oscar = await signIn(twin, 'oscar');
    const operator = await operatorOf(twin);
    const subject = `users:${(JSON.parse(Buffer.from(oscar.idToken.split('.')[1] ?? '', 'base64url').toString()) as { sub: string }).sub}`;
    await operator.revokeNow({ subject });
    const refused = await callApi(twin, 'POST', '/v1/replays', { token: oscar.accessToken, body });
    expect(refused.body['type']).toMatch(/revoked$/);
  });
});
