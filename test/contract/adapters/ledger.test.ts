import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientSettings } from '../../../adapters/aws-clients.ts';
import { dynamoChainStore } from '../../../adapters/chain-store.ts';
import { nodeDigest } from '../../../adapters/digest.ts';
import { dynamoLedgerReader } from '../../../adapters/ledger-reader.ts';
import { createChain } from '../../../core/ledger/append.ts';
import { recordOfLink } from '../../../core/ledger/link.ts';
import type { LedgerReader, ListWish } from '../../../core/ledger/reader.ts';
import { keyOfRecord, shardCount, type LedgerRecord } from '../../../core/ledger/record.ts';
import { noonEpochSeconds } from '../../support/callers.ts';
import { nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { wireCredentials } from '../../support/fakes/aws-wire.ts';
import { dynamoDbOnWire, tableName, type WireService } from '../../support/fakes/wire-services.ts';
import { firstFault, issuanceRecord } from '../../support/ledger.ts';

let dynamo: WireService;
let reader: LedgerReader;
const clientOf = () =>
  new DynamoDBClient({
    ...clientSettings('dynamodb', { region: 'us-east-1', endpoint: dynamo.wire.endpoint }),
    credentials: wireCredentials,
  });

const people = ['users:alice', 'users:bob', 'users:carol', 'users:dave'];
/** Forty issuances, one a second, of four people, with two clients and now and then an actor; every tenth a denial. */
const records: readonly LedgerRecord[] = Array.from({ length: 40 }, (_, index) => {
  const common = {
    subject: people[index % 4] ?? '',
    atEpochSeconds: noonEpochSeconds + index,
  };
  const data = {
    client: index % 2 === 0 ? 'app' : 'cli',
    actor: index % 7 === 0 ? 'batch' : null,
    accessKeyId: `ASIA${String(index % 3)}`,
    identityId: `us-east-1:${String(index % 4)}`,
  };
  return index % 10 === 9
    ? { ...issuanceRecord(`d-${String(index)}`, { ...common, data }), kind: 'denial' as const }
    : issuanceRecord(`i-${String(index)}`, { ...common, data });
});
const newestFirst = [...records].reverse();

const wishOf = (changes: Partial<ListWish> = {}): ListWish => ({
  filters: {},
  outcome: null,
  fromEpochSeconds: null,
  toEpochSeconds: null,
  before: null,
  limit: 100,
  ...changes,
});
const idsOf = (some: readonly LedgerRecord[]) => some.map(({ id }) => id);
const list = async (changes: Partial<ListWish> = {}) => {
  const { links, next } = await reader.list(wishOf(changes));
  return { ids: links.map((link) => recordOfLink(link).id), next };
};

beforeAll(async () => {
  dynamo = await dynamoDbOnWire();
  const store = { client: clientOf(), tableName };
  reader = dynamoLedgerReader(store);
  // Consumers that know nothing of each other, and each delivers everything: one by one, in pieces, all at once.
  await Promise.all(
    [1, 13, 40].map(async (batchSize) => {
      const chain = createChain(dynamoChainStore(store), nodeDigest);
      for (let start = 0; start < records.length; start += batchSize) {
        const batch = records.slice(start, start + batchSize);
        const { links, failures } = await chain.append(batch);
        expect(failures).toEqual([]);
        expect([...links.values()].map(recordOfLink)).toEqual(batch);
      }
    }),
  );
});
afterAll(() => dynamo.close());

describe('the ledger in DynamoDB', () => {
  it('holds each record once and in order, though several consumers wrote all of them [SEC-40]', async () => {
    const ids: string[] = [];
    for (let shard = 0; shard < shardCount; shard += 1) {
      const links = await reader.readChain(shard, 0, 500);
      expect(firstFault(shard, links)).toBeNull();
      expect(links.map(({ sequence }) => sequence)).toEqual(links.map((_, index) => index + 1));
      ids.push(...links.map((link) => recordOfLink(link).id));
    }
    expect(ids.sort()).toEqual(idsOf(records).sort());
  });

  it('shows where each chain ends', async () => {
    const heads = await reader.readHeads();
    expect(heads.map(({ shard }) => shard)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(heads.reduce((sum, { sequence }) => sum + sequence, 0)).toBe(records.length);
  });

  it('lists everything, newest first', async () => {
    expect(await list()).toEqual({ ids: idsOf(newestFirst), next: null });
  });

  it.each([1, 3, 7, 39, 40])(
    'lists everything in pages of %i, none twice and none left out',
    async (limit) => {
      const ids: string[] = [];
      let before: string | null = null;
      do {
        const page = await list({ limit, before });
        ids.push(...page.ids);
        before = page.next;
      } while (before !== null);
      expect(ids).toEqual(idsOf(newestFirst));
    },
  );

  it.each([
    ['subject', 'users:bob', (record: LedgerRecord) => record.subject === 'users:bob'],
    ['client', 'cli', (record: LedgerRecord) => record.data['client'] === 'cli'],
    ['actor', 'batch', (record: LedgerRecord) => record.data['actor'] === 'batch'],
    ['accessKeyId', 'ASIA1', (record: LedgerRecord) => record.data['accessKeyId'] === 'ASIA1'],
    ['identityId', 'us-east-1:3', (record: LedgerRecord) => record.subject === 'users:dave'],
    ['grant', 'own-files', () => true],
    ['grant', 'another', () => false],
  ] as const)('lists by %s %s', async (filter, value, holds) => {
    const wanted = idsOf(newestFirst.filter(holds));
    expect(await list({ filters: { [filter]: value } })).toEqual({ ids: wanted, next: null });
  });

  it('lists what several filters leave', async () => {
    const { ids } = await list({ filters: { subject: 'users:alice', actor: 'batch' } });
    expect(ids).toEqual(['i-28', 'i-0']);
    expect((await list({ outcome: 'denied', filters: { client: 'cli' } })).ids).toEqual([
      'd-39',
      'd-29',
      'd-19',
      'd-9',
    ]);
  });

  it('lists by outcome', async () => {
    expect((await list({ outcome: 'denied' })).ids).toEqual(['d-39', 'd-29', 'd-19', 'd-9']);
    expect((await list({ outcome: 'cache' })).ids).toHaveLength(36);
    expect((await list({ outcome: 'withdrawn' })).ids).toEqual([]);
  });

  it('lists from a second on and before another', async () => {
    const { ids } = await list({
      fromEpochSeconds: noonEpochSeconds + 10,
      toEpochSeconds: noonEpochSeconds + 13,
    });
    expect(ids).toEqual(['i-12', 'i-11', 'i-10']);
    const none = { fromEpochSeconds: noonEpochSeconds + 13, toEpochSeconds: noonEpochSeconds };
    expect((await list(none)).ids).toEqual([]);
  });

  it('finds a record by its id, and no other', async () => {
    const [link, ...others] = await reader.readRecord('denial', 'd-19');
    expect(others).toEqual([]);
    expect(link === undefined ? null : recordOfLink(link)).toEqual(records[19]);
    expect(await reader.readRecord('issuance', 'd-19')).toEqual([]);
  });
});

describe('appending to the ledger in DynamoDB', () => {
  const recordsOf = (...ids: readonly string[]) =>
    ids.map((id) => issuanceRecord(id, { kind: 'batch', subject: 'users:alice', data: {} }));
  const idsFrom = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => `b-${String(first + index)}`);
  const operations = () => dynamo.wire.calls.map(({ operation }) => operation);
  const chainThatKnowsItsEnd = async (id: string) => {
    const chain = createChain(dynamoChainStore({ client: clientOf(), tableName }), nodeDigest);
    await chain.append(recordsOf(id));
    dynamo.wire.calls.length = 0;
    return chain;
  };
  afterEach(() => {
    dynamo.mend();
  });

  it('writes a record with one note and one link, reading nothing while it goes on', async () => {
    const chain = await chainThatKnowsItsEnd('a-1');
    await chain.append(recordsOf('a-2'));
    expect(operations()).toEqual(['PutItem', 'PutItem']);
  });

  it('notes many with two calls for every 25 of them', async () => {
    const chain = await chainThatKnowsItsEnd('c-1');
    const { links } = await chain.append(recordsOf(...idsFrom(100, 30)));
    expect([...links.values()].map((link) => recordOfLink(link).id)).toEqual(idsFrom(100, 30));
    const notes = operations().slice(0, 4);
    expect(notes.sort()).toEqual([
      'BatchGetItem',
      'BatchGetItem',
      'BatchWriteItem',
      'BatchWriteItem',
    ]);
    expect(operations().slice(4)).toEqual(Array.from({ length: 30 }, () => 'PutItem'));
  });

  it('notes nothing again that is noted, and finds what is chained of it', async () => {
    await (await chainThatKnowsItsEnd('d-1')).append(recordsOf(...idsFrom(200, 3)));
    const chain = await chainThatKnowsItsEnd('d-2');
    const { links } = await chain.append(recordsOf(...idsFrom(200, 5)));
    expect([...links.keys()]).toHaveLength(5);
    const inputOf = (operation: string) =>
      dynamo.wire.calls.filter((call) => call.operation === operation).map(({ input }) => input);
    const keysIn = (input: unknown) => JSON.stringify(input).match(/b-20\d/g);
    expect(inputOf('BatchGetItem').map(keysIn)).toEqual([idsFrom(200, 5)]);
    expect(JSON.stringify(inputOf('BatchGetItem'))).toContain('"ConsistentRead":true');
    expect(inputOf('BatchWriteItem').map(keysIn)).toEqual([['b-203', 'b-204']]);
    const all = await reader.readChain([...links.values()][0]?.shard ?? 0, 0, 500);
    expect(all.filter((link) => idsFrom(200, 5).includes(recordOfLink(link).id))).toHaveLength(5);
  });

  it('notes each state of one id', async () => {
    const chain = await chainThatKnowsItsEnd('f-1');
    const states = ['A', 'B', 'C', 'D'].map((status) =>
      issuanceRecord('state', { kind: 'batch', subject: 'users:alice', data: { status } }),
    );
    await chain.append(states.slice(0, 3));
    await chain.append(states);
    const found = await reader.readRecord('batch', 'state');
    expect(found.map((link) => recordOfLink(link).data['status']).sort()).toEqual([
      ...['A', 'B', 'C', 'D'],
    ]);
  });

  it('finds a record by its id though its writer last saw the chain’s end long before', async () => {
    const old = await chainThatKnowsItsEnd('g-1');
    const other = await chainThatKnowsItsEnd('g-2');
    for (let part = 0; part < 6; part += 1)
      await other.append(recordsOf(...idsFrom(1000 + part * 200, 200)));
    const { links } = await old.append(recordsOf('g-3'));
    expect(await reader.readRecord('batch', 'g-3')).toEqual([...links.values()]);
  });

  const [some, none] = [{ [tableName]: [{}] }, {}];
  it.each([
    [
      'look',
      'BatchGetItem',
      { Responses: { [tableName]: [] }, UnprocessedKeys: { [tableName]: { Keys: [{}] } } },
      'Upstream.Throttled',
    ],
    ['look', 'BatchGetItem', { Responses: none }, 'Upstream.Unavailable'],
    ['look', 'BatchGetItem', none, 'Upstream.Unavailable'],
    ['note', 'BatchWriteItem', { UnprocessedItems: some }, 'Upstream.Throttled'],
    ['note', 'BatchWriteItem', none, 'Upstream.Unavailable'],
  ])(
    'chains nothing after a %s (%s) that was left undone: %j',
    async (_, operation, answer, name) => {
      const chain = await chainThatKnowsItsEnd(`e-${operation}-${JSON.stringify(answer)}`);
      const { wire } = dynamo;
      const { respond } = wire;
      wire.respond = (call) => {
        if (call.operation === operation) return Promise.resolve(answer);
        // Nor may a call for one of them do what the call for all did not.
        return call.operation === 'PutItem' ? Promise.reject(new Error('down')) : respond(call);
      };
      const { links, failures } = await chain.append(recordsOf(...idsFrom(300, 3)));
      expect(links.size).toBe(0);
      expect(failures).toHaveLength(1);
      const { claim } = dynamoChainStore({ client: clientOf(), tableName });
      const keys = recordsOf(...idsFrom(300, 3)).map((record) => keyOfRecord(record, nodeDigest));
      expect(await nameOfFailure(claim(keys, { shard: 0, afterSequence: 0 }))).toBe(name);
    },
  );
});
