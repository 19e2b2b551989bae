import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { clientSettings } from '../../../adapters/aws-clients.ts';
import { dynamoBatchStore } from '../../../adapters/batch-store.ts';
import type { Batch, SubjectOutcome } from '../../../core/batches/batch.ts';
import type { BatchStore } from '../../../core/batches/ports.ts';
import { AwsError } from '../../../local/aws.ts';
import { noonEpochSeconds } from '../../support/callers.ts';
import { wireCredentials } from '../../support/fakes/aws-wire.ts';
import { nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { fakeBatchStore } from '../../support/fakes/fake-batch-store.ts';
import { dynamoDbOnWire, tableName, type WireService } from '../../support/fakes/wire-services.ts';

// One file, though long: the real store and the fake are held to one list.

let dynamo: WireService;
beforeAll(async () => {
  dynamo = await dynamoDbOnWire();
});
afterEach(() => {
  dynamo.mend();
});
afterAll(() => dynamo.close());

let count = 0;
const newBatch = (changes: Partial<Batch> = {}): Batch => {
  count += 1;
  return {
    batchId: `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
    client: 'batch',
    grant: 'reports',
    requestSha256: 'a'.repeat(64),
    manifest: { key: 'batches/batch/today.csv', format: 'csv' },
    status: 'RUNNING',
    run: 1,
    total: null,
    counts: { minted: 0, cached: 0, denied: 0, failed: 0 },
    reason: null,
    startedAtEpochSeconds: noonEpochSeconds,
    endedAtEpochSeconds: null,
    ...changes,
  };
};
const outcomeOf = (
  subject: string,
  outcome: SubjectOutcome['outcome'] = 'minted',
): SubjectOutcome => ({
  subject,
  outcome,
  reason: ['denied', 'failed'].includes(outcome) ? 'Grant.Refused' : null,
  sessionId: ['denied', 'failed'].includes(outcome) ? null : `session-${subject}`,
});

interface World {
  readonly store: BatchStore;
  readonly putOutcome: (batchId: string, outcome: SubjectOutcome) => Promise<void>;
}
const fakeWorld = (): World => {
  const store = fakeBatchStore();
  return {
    store,
    putOutcome: async (batchId, outcome) => {
      await Promise.resolve();
      store.putOutcome(batchId, outcome);
    },
  };
};
const realStore = (): BatchStore =>
  dynamoBatchStore({
    client: new DynamoDBClient({
      ...clientSettings('dynamodb', { region: 'us-east-1', endpoint: dynamo.wire.endpoint }),
      credentials: wireCredentials,
      maxAttempts: 1,
    }),
    tableName,
  });
const realWorld = (): World => ({
  store: realStore(),
  // As the state RecordOutcome writes it.
  putOutcome: async (batchId, { subject, outcome, reason, sessionId }) => {
    await dynamo.call('PutItem', {
      TableName: tableName,
      Item: {
        pk: { S: `BATCH#${batchId}` },
        sk: { S: `OUTCOME#${subject}` },
        outcome: { S: outcome },
        reason: { S: reason ?? '-' },
        sessionId: { S: sessionId ?? '-' },
        atEpochSeconds: { N: String(noonEpochSeconds) },
      },
    });
  },
});

describe.each([
  ['the fake', fakeWorld],
  ['DynamoDB', realWorld],
] as const)('%s, as the store of batches', (_name, newWorld) => {
  it('adds a batch once, and hands back the one that is there', async () => {
    const { store } = newWorld();
    const batch = newBatch();
    expect(await store.read(batch.batchId)).toBeNull();
    expect(await store.add(batch)).toBeNull();
    expect(await store.read(batch.batchId)).toEqual(batch);
    expect(await store.add({ ...batch, requestSha256: 'b'.repeat(64) })).toEqual(batch);
    expect(await store.read(batch.batchId)).toEqual(batch);
  });

  it('ends a run once: whoever comes second changes nothing', async () => {
    const { store } = newWorld();
    const batch = newBatch();
    await store.add(batch);
    const end = { reason: null, endedAtEpochSeconds: noonEpochSeconds + 9, counts: null };
    expect(await store.end(batch, { ...end, status: 'CANCELLED' })).toBe(true);
    const counts = { minted: 1, cached: 2, denied: 3, failed: 4 };
    expect(await store.end(batch, { ...end, status: 'SUCCEEDED', counts })).toBe(false);
    expect(await store.read(batch.batchId)).toEqual({
      ...batch,
      status: 'CANCELLED',
      endedAtEpochSeconds: noonEpochSeconds + 9,
    });
  });

  it('keeps the counts of the end, and takes the total from them when all were reached', async () => {
    const { store } = newWorld();
    const counts = { minted: 1, cached: 2, denied: 3, failed: 4 };
    const end = { endedAtEpochSeconds: noonEpochSeconds + 9, counts };
    const reached = newBatch();
    await store.add(reached);
    await store.writeTotal(reached.batchId, 12);
    await store.end(reached, { ...end, status: 'SUCCEEDED', reason: null });
    expect(await store.read(reached.batchId)).toMatchObject({ counts, total: 10 });
    const failed = newBatch();
    await store.add(failed);
    await store.writeTotal(failed.batchId, 12);
    await store.end(failed, { ...end, status: 'FAILED', reason: 'Upstream.Unavailable' });
    expect(await store.read(failed.batchId)).toMatchObject({
      counts,
      total: 12,
      reason: 'Upstream.Unavailable',
    });
  });

  it('begins the next run of a batch that has ended, for one of those who ask', async () => {
    const { store } = newWorld();
    const batch = newBatch();
    await store.add(batch);
    expect(await store.restart(batch, noonEpochSeconds + 20)).toBe(false);
    await store.end(batch, {
      status: 'FAILED',
      reason: 'Upstream.Unavailable',
      endedAtEpochSeconds: noonEpochSeconds + 9,
      counts: null,
    });
    const asked = await Promise.all([
      store.restart(batch, noonEpochSeconds + 20),
      store.restart(batch, noonEpochSeconds + 20),
    ]);
    expect(asked.filter(Boolean)).toHaveLength(1);
    const next = { ...batch, run: 2, startedAtEpochSeconds: noonEpochSeconds + 20 };
    expect(await store.read(batch.batchId)).toEqual(next);
    // The run before has nothing to say any more.
    const late = {
      status: 'SUCCEEDED',
      reason: null,
      endedAtEpochSeconds: 1,
      counts: null,
    } as const;
    expect(await store.end(batch, late)).toBe(false);
    expect(await store.read(batch.batchId)).toEqual(next);
  });

  it('has no total for a batch that is not there', async () => {
    const { store } = newWorld();
    const { batchId } = newBatch();
    await store.writeTotal(batchId, 3);
    expect(await store.read(batchId)).toBeNull();
  });

  it('pages through outcomes by subject, and misses and repeats none', async () => {
    const { store, putOutcome } = newWorld();
    const { batchId } = newBatch();
    const names = ['Zoe', 'alice', 'bob', 'users:é', 'ž', '\u{1F600}', 'a#b'];
    const all = [
      ...names.map((name) => outcomeOf(name)),
      outcomeOf('denied', 'denied'),
      outcomeOf('failed', 'failed'),
      outcomeOf('cached', 'cached'),
    ];
    for (const outcome of all) await putOutcome(batchId, outcome);
    const seen: SubjectOutcome[] = [];
    for (let after: string | null = null; ;) {
      const page = await store.outcomes(batchId, { after, limit: 3 });
      expect(page.outcomes.length).toBeLessThanOrEqual(3);
      seen.push(...page.outcomes);
      if (page.isLast) break;
      after = page.outcomes.at(-1)?.subject ?? null;
    }
    expect(seen).toEqual(
      [...all].sort((one, other) =>
        Buffer.compare(Buffer.from(one.subject), Buffer.from(other.subject)),
      ),
    );
    expect(await store.countOutcomes(batchId)).toEqual({
      minted: 7,
      cached: 1,
      denied: 1,
      failed: 1,
    });
  });

  it('shows nothing of another batch', async () => {
    const { store, putOutcome } = newWorld();
    const [one, other] = [newBatch(), newBatch()];
    await store.add(one);
    await putOutcome(other.batchId, outcomeOf('alice'));
    expect(await store.outcomes(one.batchId, { after: null, limit: 10 })).toEqual({
      outcomes: [],
      isLast: true,
    });
    expect(await store.countOutcomes(one.batchId)).toMatchObject({ minted: 0 });
  });
});

describe('dynamoBatchStore', () => {
  it.each([
    ['a status of nobody', 'BATCH', { status: { S: 'PAUSED' } }],
    ['a count that is a text', 'BATCH', { minted: { S: '1' } }],
    ['no run', 'BATCH', { run: { NULL: true } }],
  ])('refuses a row with %s', async (_, sk, changes) => {
    const batch = newBatch();
    const store = realStore();
    await store.add(batch);
    const { Item } = (await dynamo.call('GetItem', {
      TableName: tableName,
      Key: { pk: { S: `BATCH#${batch.batchId}` }, sk: { S: sk } },
    })) as { Item: Record<string, unknown> };
    await dynamo.call('PutItem', { TableName: tableName, Item: { ...Item, ...changes } });
    expect(await nameOfFailure(store.read(batch.batchId))).toBe('Config.Invalid');
  });

  it('refuses an outcome of no known word', async () => {
    const { batchId } = newBatch();
    const { store, putOutcome } = realWorld();
    await putOutcome(batchId, { ...outcomeOf('alice'), outcome: 'lost' as 'failed' });
    expect(await nameOfFailure(store.countOutcomes(batchId))).toBe('Config.Invalid');
    expect(await nameOfFailure(store.outcomes(batchId, { after: null, limit: 5 }))).toBe(
      'Config.Invalid',
    );
  });

  it('keeps a batch for 35 days', async () => {
    const batch = newBatch();
    await realStore().add(batch);
    const { Item } = (await dynamo.call('GetItem', {
      TableName: tableName,
      Key: { pk: { S: `BATCH#${batch.batchId}` }, sk: { S: 'BATCH' } },
    })) as { Item: Record<string, { readonly N?: string }> };
    expect(Number(Item['deleteAfterEpochSeconds']?.N)).toBe(noonEpochSeconds + 35 * 24 * 3600);
  });

  it.each([
    ['ThrottlingException', 400, 'Upstream.Throttled'],
    ['InternalServerError', 500, 'Upstream.Unavailable'],
    ['AccessDeniedException', 400, 'Upstream.Misconfigured'],
  ])('translates %s of status %i to %s, whatever it did', async (code, statusCode, name) => {
    dynamo.wire.respond = () => {
      throw new AwsError(code, 'refused', { statusCode });
    };
    const store = realStore();
    const batch = newBatch();
    const end = { status: 'FAILED', reason: null, endedAtEpochSeconds: 1, counts: null } as const;
    const calls = [
      () => store.add(batch),
      () => store.read(batch.batchId),
      () => store.restart(batch, 1),
      () => store.end(batch, end),
      () => store.writeTotal(batch.batchId, 1),
      () => store.outcomes(batch.batchId, { after: null, limit: 1 }),
      () => store.countOutcomes(batch.batchId),
    ];
    for (const call of calls) expect(await nameOfFailure(call())).toBe(name);
  });
});
