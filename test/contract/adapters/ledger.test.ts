import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
  // Two consumers that know nothing of each other, and each delivers everything.
  await Promise.all(
    [1, 2].map(async () => {
      const chain = createChain(dynamoChainStore(store), nodeDigest);
      for (const record of records) await chain.append(record);
    }),
  );
});
afterAll(() => dynamo.close());

describe('the ledger in DynamoDB', () => {
  it('holds each record once and in order, though two consumers wrote all of them [SEC-40]', async () => {
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

  it('writes a record with one note and one link, reading nothing while it goes on', async () => {
    const chain = createChain(dynamoChainStore({ client: clientOf(), tableName }), nodeDigest);
    const next = (id: string) =>
      issuanceRecord(id, { kind: 'batch', subject: 'users:alice', data: {} });
    await chain.append(next('b-1'));
    dynamo.wire.calls.length = 0;
    await chain.append(next('b-2'));
    expect(dynamo.wire.calls.map(({ operation }) => operation)).toEqual(['PutItem', 'PutItem']);
  });
});
