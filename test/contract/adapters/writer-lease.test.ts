import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { clientSettings } from '../../../adapters/aws-clients.ts';
import { dynamoWriterLease } from '../../../adapters/writer-lease.ts';
import type { Clock } from '../../../core/ports.ts';
import type { WriterLease } from '../../../core/revocations/ports.ts';
import { wireCredentials } from '../../support/fakes/aws-wire.ts';
import { nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { fakeDenyPolicy } from '../../support/fakes/fake-deny-policy.ts';
import { fakeClock } from '../../support/fakes/fixed-clock.ts';
import { dynamoDbOnWire, tableName, type WireService } from '../../support/fakes/wire-services.ts';

let dynamo: WireService;
let client: DynamoDBClient;
beforeAll(async () => {
  dynamo = await dynamoDbOnWire();
  client = new DynamoDBClient({
    ...clientSettings('dynamodb', { region: 'us-east-1', endpoint: dynamo.wire.endpoint }),
    credentials: wireCredentials,
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await dynamo.close();
});

const leases: readonly (readonly [string, (clock: Clock) => Promise<WriterLease>])[] = [
  ['in memory', ({ nowEpochMillis }) => Promise.resolve(fakeDenyPolicy('', nowEpochMillis).lease)],
  [
    'in DynamoDB',
    async (clock) => {
      await dynamo.call('DeleteItem', {
        TableName: tableName,
        Key: { pk: { S: 'WRITER#deny-policy' }, sk: { S: 'LEASE' } },
      });
      return dynamoWriterLease({ client, tableName, clock });
    },
  ],
];

const leaseMillis = 45_000;
const [one, other] = ['a'.repeat(64), 'b'.repeat(64)];

describe.each(leases)('the lease of the policy’s writer %s [SEC-31]', (_, open) => {
  const setUp = async () => {
    const clock = fakeClock();
    const lease = await open(clock);
    const take = (owner: string, unlessSha256: string | null = null) =>
      lease.take(owner, clock.nowEpochMillis() + leaseMillis, unlessSha256);
    return { clock, lease, take };
  };

  it('is taken by one, and tells what was written when the last one gave it back', async () => {
    const { lease, take } = await setUp();
    expect(await take('first')).toEqual({ outcome: 'taken', writtenSha256: null });
    await lease.release('first', one);
    expect(await take('second')).toEqual({ outcome: 'taken', writtenSha256: one });
    await lease.release('second', null);
    expect(await take('third')).toEqual({ outcome: 'taken', writtenSha256: null });
  });

  it('is not taken where the wanted text is there, and is where another is', async () => {
    const { lease, take } = await setUp();
    expect(await take('first', one)).toEqual({ outcome: 'taken', writtenSha256: null });
    await lease.release('first', one);
    expect(await take('second', one)).toEqual({ outcome: 'written' });
    expect(await take('third', other)).toEqual({ outcome: 'taken', writtenSha256: one });
  });

  it('tells nobody what is written while it is held, nor after a holder who never gave it back', async () => {
    const { clock, lease, take } = await setUp();
    await take('first');
    await lease.release('first', one);
    await take('second');
    expect(await take('third', one)).toEqual({ outcome: 'held' });
    expect(await take('third')).toEqual({ outcome: 'held' });
    clock.advance(leaseMillis);
    expect(await take('third', one)).toEqual({ outcome: 'held' });
    clock.advance(1);
    expect(await take('third', one)).toEqual({ outcome: 'taken', writtenSha256: null });
  });

  it('cannot be given back by whom it has left', async () => {
    const { clock, lease, take } = await setUp();
    await take('first');
    clock.advance(leaseMillis + 1);
    await take('second');
    await lease.release('first', one);
    expect(await take('third')).toEqual({ outcome: 'held' });
    await lease.release('second', other);
    expect(await take('third', one)).toEqual({ outcome: 'taken', writtenSha256: other });
  });

  it('goes to one of many who ask at once', async () => {
    const { take } = await setUp();
    const turns = await Promise.all(
      Array.from({ length: 8 }, (__, nth) => take(`w${String(nth)}`)),
    );
    expect(turns.filter(({ outcome }) => outcome === 'taken')).toHaveLength(1);
    expect(turns.filter(({ outcome }) => outcome === 'held')).toHaveLength(7);
  });
});

describe('the lease of the policy’s writer in DynamoDB', () => {
  it('fails by its catalogue’s name where there is no table', async () => {
    const lease = dynamoWriterLease({ client, tableName: 'absent', clock: fakeClock() });
    expect(await nameOfFailure(lease.take('first', 1, null))).toBe('Upstream.Misconfigured');
    expect(await nameOfFailure(lease.release('first', null))).toBe('Upstream.Misconfigured');
  });
});
