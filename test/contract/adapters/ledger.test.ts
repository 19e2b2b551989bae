import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientSettings } from '../../../adapters/aws-clients.ts';
import { dynamoChainStore } from '../../../adapters/chain-store.ts';
import { nodeDigest } from '../../../adapters/digest.ts';
import { dynamoLedgerReader } from '../../../adapters/ledger-reader.ts';
import { createChain } from '../../../core/ledger/append.ts';
import { recordOfLink } from '../../../core/ledger/link.ts';
import type { LedgerReader, ListWish } from '../../../core/ledger/reader.ts';
import { shardCount, type LedgerRecord } from '../../../core/ledger/record.ts';
import { noonEpochSeconds } from '../../support/callers.ts';
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
    const [{ input } = { input: {} }] = dynamo.wire.calls.filter(
      ({ operation }) => operation === 'BatchWriteItem',
    );
    expect(JSON.stringify(input)).not.toMatch(/b-20[012]/);
    const all = await reader.readChain([...links.values()][0]?.shard ?? 0, 0, 500);
    expect(all.filter((link) => idsFrom(200, 5).includes(recordOfLink(link).id))).toHaveLength(5);
  });

  it.each([
    ['a look', 'BatchGetItem', { Responses: {}, UnprocessedKeys: { [tableName]: { Keys: [{}] } } }],
    ['a look that says nothing', 'BatchGetItem', {}],
    ['a note', 'BatchWriteItem', { UnprocessedItems: { [tableName]: [{}] } }],
  ])('chains nothing after %s that was left undone', async (_, operation, answer) => {
    const chain = await chainThatKnowsItsEnd(`e-${operation}-${String('Responses' in answer)}`);
    const { wire } = dynamo;
    const respond = wire.respond;
    wire.respond = (call) =>
      call.operation === operation ? Promise.resolve(answer) : respond(call);
    const { links, failures } = await chain.append(recordsOf(...idsFrom(300, 3)));
    expect(links.size).toBe(0);
    expect(failures.map(({ name }) => name)).toEqual([expect.stringMatching(/^Upstream\./)]);
    expect(operations()).not.toContain('PutItem');
  });
});
