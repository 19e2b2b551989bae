import { beforeEach, describe, expect, it } from '@jest/globals';
import { nodeDigest } from '../../../../adapters/digest.ts';
import type { BrokerEvent } from '../../../../core/contracts/events.ts';
import { replayRequest, type ReplayRequest } from '../../../../core/contracts/replay-requests.ts';
import { linkAfter, genesis, recordOfLink, type Link } from '../../../../core/ledger/link.ts';
import {
  shardCount,
  shardOf,
  textOfRecord,
  type LedgerRecord,
} from '../../../../core/ledger/record.ts';
import { replay } from '../../../../functions/replay/replay.ts';
import { noonEpochSeconds } from '../../../support/callers.ts';
import { fakeClock } from '../../../support/fakes/fixed-clock.ts';
import { issuanceRecord } from '../../../support/ledger.ts';

const timeAt = (second: number): string =>
  new Date((noonEpochSeconds + second) * 1000).toISOString();

let chains: Map<number, Link[]>;
let told: BrokerEvent[];
let refuses: (event: BrokerEvent) => boolean;
let reads: number;

const append = (record: LedgerRecord): void => {
  const shard = shardOf(record, nodeDigest);
  const chain = chains.get(shard) ?? [];
  chain.push(linkAfter(chain.at(-1) ?? genesis, shard, textOfRecord(record), nodeDigest));
  chains.set(shard, chain);
};
const handOut = (
  id: string,
  second: number,
  subject = 'users:alice',
  data: LedgerRecord['data'] = {},
): void => {
  append(issuanceRecord(id, { subject, atEpochSeconds: noonEpochSeconds + second, data }));
};
const ports = () => ({
  digest: nodeDigest,
  clock: fakeClock((noonEpochSeconds + 100_000) * 1000),
  reader: {
    readHeads: () =>
      Promise.resolve(
        Array.from({ length: shardCount }, (_, shard) => {
          const { sequence, hash } = chains.get(shard)?.at(-1) ?? genesis;
          return { shard, sequence, hash };
        }),
      ),
    readChain: (shard: number, after: number, limit: number) => {
      reads += 1;
      return Promise.resolve((chains.get(shard) ?? []).slice(after, after + limit));
    },
    readRecord: (kind: string, id: string) =>
      Promise.resolve(
        [...chains.values()].flat().filter((link) => {
          const record = recordOfLink(link);
          return record.kind === kind && record.id === id;
        }),
      ),
  },
  bus: {
    publish: (events: readonly BrokerEvent[]) => {
      told.push(...events.filter((event) => !refuses(event)));
      return Promise.resolve(events.map((event) => !refuses(event)));
    },
  },
});
/** Asks until the range is done. @returns how many answers that took */
const replayAll = async (asked: ReplayRequest): Promise<number> => {
  let cursor: string | null = null;
  for (let answers = 1; ; answers += 1) {
    const done: { cursor: string | null } = await replay(ports(), {
      ...asked,
      ...(cursor === null ? {} : { cursor }),
    });
    ({ cursor } = done);
    if (cursor === null) return answers;
  }
};
const idsOf = (events: readonly BrokerEvent[]): readonly string[] =>
  events.map(({ detail }) => detail.record.replace('issuance/', ''));

beforeEach(() => {
  chains = new Map();
  told = [];
  refuses = () => false;
  reads = 0;
});

describe('replaying', () => {
  it('tells what is in the range again, marked, with the place that it always had', async () => {
    for (const second of [0, 10, 20, 30]) handOut(`i-${String(second)}`, second);
    await replayAll({ from: timeAt(10), to: timeAt(30) });
    expect(idsOf(told)).toEqual(['i-10', 'i-20']);
    expect(told.map(({ detail }) => [detail.replayed, detail.ledger.sequence])).toEqual([
      [true, 2],
      [true, 3],
    ]);
  });

  it('keeps the order of each subject over many answers, and leaves nothing out', async () => {
    const subjects = ['users:a', 'users:b', 'users:c', 'users:d', 'users:e'];
    for (let nth = 0; nth < 3000; nth += 1) {
      handOut(`i-${String(nth)}`, nth, subjects[nth % subjects.length]);
    }
    expect(await replayAll({ from: timeAt(500) })).toBeGreaterThan(1);
    expect(told).toHaveLength(2500);
    for (const subject of subjects) {
      const times = told
        .filter(({ detail }) => detail.subject === subject)
        .map(({ atEpochSeconds }) => atEpochSeconds);
      expect(times).toEqual([...times].sort((one, other) => one - other));
    }
  });

  it('finds the beginning of a time without reading the chain', async () => {
    for (let nth = 0; nth < 5000; nth += 1) handOut(`i-${String(nth)}`, nth * 10);
    await replayAll({ from: timeAt(49_000), to: timeAt(49_100), subject: 'users:alice' });
    expect(told).toHaveLength(10);
    expect(reads).toBeLessThan(20);
  });

  it('finds it although some records were chained long after their time', async () => {
    for (let nth = 0; nth < 3000; nth += 1) {
      handOut(`i-${String(nth)}`, nth * 10);
      if (nth % 100 < 10) handOut(`late-${String(nth)}`, -50_000);
    }
    await replayAll({ from: timeAt(15_000), subject: 'users:alice' });
    expect(told).toHaveLength(1500);
  });

  it('tells of one subject alone', async () => {
    handOut('a', 0, 'users:alice');
    handOut('b', 1, 'users:bob');
    await replayAll({ from: timeAt(0), subject: 'users:bob' });
    expect(idsOf(told)).toEqual(['b']);
  });

  it('tells of one session and each time that it was handed out', async () => {
    const session = (id: string, second: number) => {
      const { data } = issuanceRecord('-');
      append({
        format: 1,
        kind: 'session',
        id,
        subject: 'users:alice',
        atEpochSeconds: noonEpochSeconds + second,
        data: {
          ...data,
          status: 'ACTIVE',
          assumedRoleArn: 'arn:x',
          sessionPolicySha256: null,
          executionArn: 'arn:e',
        },
      });
    };
    session('s-1', 0);
    handOut('of-1', 1, 'users:alice', { sessionId: 's-1' });
    session('s-2', 2);
    handOut('of-2', 3, 'users:alice', { sessionId: 's-2' });
    handOut('of-1-again', 4000, 'users:alice', { sessionId: 's-1' });
    await replayAll({ sessionId: 's-1' });
    expect(told.map(({ name }) => name)).toEqual([
      'Session Minted',
      'Credentials Issued',
      'Credentials Issued',
    ]);
    expect(idsOf(told).slice(1)).toEqual(['of-1', 'of-1-again']);
  });

  it('tells of one hand-out', async () => {
    handOut('one', 0);
    handOut('two', 0);
    await replayAll({ issuanceId: 'two' });
    expect(idsOf(told)).toEqual(['two']);
  });

  it('tells everything of a chain after a place', async () => {
    for (const id of ['one', 'two', 'three']) handOut(id, 0);
    const [shard = 0] = chains.keys();
    await replayAll({ after: { shard, sequence: 1 } });
    expect(idsOf(told)).toEqual(['two', 'three']);
  });

  it('tells nothing that comes after it was asked for, however many answers it takes', async () => {
    for (let nth = 0; nth < 3000; nth += 1) handOut(`i-${String(nth)}`, nth);
    const first = await replay(ports(), { from: timeAt(0) });
    handOut('meanwhile', 100_001);
    await replay(ports(), { from: timeAt(0), cursor: first.cursor ?? '' });
    expect(told).toHaveLength(3000);
  });

  it('stops at what the bus does not take and goes on there, in the same order', async () => {
    for (const id of ['a', 'b', 'c', 'd']) handOut(id, 0);
    let isDown = true;
    refuses = ({ detail }) => isDown && detail.record === 'issuance/b';
    const { cursor } = await replay(ports(), { from: timeAt(0) });
    isDown = false;
    await replay(ports(), { from: timeAt(0), cursor: cursor ?? '' });
    const ids = idsOf(told);
    expect(ids.slice(ids.indexOf('b'))).toEqual(['b', 'c', 'd']);
  });

  it('refuses a cursor of another range, and what is no record', async () => {
    for (let nth = 0; nth < 3000; nth += 1) handOut(`i-${String(nth)}`, nth);
    const { cursor } = await replay(ports(), { from: timeAt(0) });
    await expect(replay(ports(), { from: timeAt(1), cursor: cursor ?? '' })).rejects.toMatchObject({
      name: 'Request.Malformed',
    });
    for (const asked of [{ sessionId: 'none' }, { issuanceId: 'none' }]) {
      await expect(replay(ports(), asked)).rejects.toMatchObject({ name: 'Request.NotFound' });
    }
  });

  it.each([
    {},
    { to: timeAt(0) },
    { subject: 'users:alice' },
    { from: timeAt(0), sessionId: 's' },
    { from: 'yesterday' },
    { after: { shard: 8, sequence: 0 } },
    { after: { shard: 0 } },
    { everything: true },
  ])('is not asked for by %j', (asked) => {
    expect(replayRequest.safeParse(asked).success).toBe(false);
  });
});
