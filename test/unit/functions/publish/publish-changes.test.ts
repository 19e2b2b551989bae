import { beforeEach, describe, expect, it } from '@jest/globals';
import { nodeDigest } from '../../../../adapters/digest.ts';
import { eventNames, eventSchemas, type BrokerEvent } from '../../../../core/contracts/events.ts';
import { StepkeyError } from '../../../../core/errors.ts';
import { createChain } from '../../../../core/ledger/append.ts';
import type { PlainRow } from '../../../../core/ledger/read-change.ts';
import {
  publishChanges,
  type PublishPorts,
  type StreamChange,
} from '../../../../functions/publish/publish-changes.ts';
import { noonEpochSeconds } from '../../../support/callers.ts';
import type { FailedRecord } from '../../../../core/ledger/failed-record.ts';
import { fakeClock, type FakeClock } from '../../../support/fakes/fixed-clock.ts';
import { fakeChainStore } from '../../../support/fakes/fake-chain-store.ts';
import { fakeMeter } from '../../../support/fakes/fake-meter.ts';
import { firstFault } from '../../../support/ledger.ts';

// One file, though long: its stories share one ledger’s changes.

const session = {
  status: 'ACTIVE',
  subject: 'users:alice',
  client: 'app',
  actor: '-',
  grant: 'own-files',
  rule: 0,
  evidence: '{"groups":["readers"]}',
  roleArn: 'arn:aws:iam::123456789012:role/stepkey/stepkey-own-files',
  assumedRoleArn: 'arn:aws:sts::123456789012:assumed-role/stepkey-own-files/alice',
  sessionName: 'alice',
  identityId: 'us-east-1:aaaa',
  accessKeyId: 'ASIAEXAMPLE00000001',
  expiresAtEpochSeconds: noonEpochSeconds + 3600,
  sessionPolicySha256: '-',
  sessionPolicy: '-',
  executionArn: 'arn:aws:states:us-east-1:123456789012:express:m:s:x',
  // What must not get out, whatever row it is in.
  sealedSession: 'SEALED-SESSION',
  secretAccessKey: 'SECRET',
};
const issuance = {
  ...session,
  sessionId: 's-1',
  source: 'cache',
  stale: 0,
  atEpochSeconds: noonEpochSeconds,
};
let serial = 0;
const changeOf = (
  pk: string,
  sk: string,
  after: PlainRow | null,
  before: PlainRow | null = null,
): StreamChange => {
  serial += 1;
  return {
    pk,
    sk,
    before,
    after,
    atEpochSeconds: noonEpochSeconds,
    sequenceNumber: String(serial),
  };
};
const everyKind = (): readonly StreamChange[] => [
  changeOf('SESSION#s-1', 'SESSION', { ...session, status: 'MINTING' }),
  changeOf('SESSION#s-1', 'SESSION', session),
  changeOf('SESSION#s-1', 'ISSUANCE#i-1', issuance),
  changeOf('DENIAL#d-1', 'DENIAL', {
    subject: '-',
    client: '-',
    grant: '-',
    error: 'Token.Invalid',
    executionArn: '-',
    atEpochSeconds: noonEpochSeconds,
  }),
  changeOf('SUBJECT#users:alice', 'SUBJECT', {
    identityId: 'us-east-1:aaaa',
    linked: 1,
    username: 'alice@example.com',
  }),
  changeOf('REVOCATION#r-1', 'REVOCATION', {
    targetKind: 'subject',
    targetName: 'users:alice',
    reason: 'left the company',
    requestedBy: 'users:oscar',
    status: 'REQUESTED',
  }),
  changeOf('BATCH#b-1', 'BATCH', {
    status: 'SUCCEEDED',
    client: 'batch',
    grant: 'reports',
    minted: 2,
  }),
];

let store: ReturnType<typeof fakeChainStore>;
let told: BrokerEvent[];
let refuses: (event: BrokerEvent) => boolean;
let ports: PublishPorts;
let meter: ReturnType<typeof fakeMeter>;
let clock: FakeClock;
let waiting: FailedRecord[];
const chained = () => [...store.links.values()].flat();

beforeEach(() => {
  store = fakeChainStore();
  told = [];
  refuses = () => false;
  meter = fakeMeter();
  waiting = [];
  clock = fakeClock((noonEpochSeconds + 90) * 1000);
  ports = {
    clock,
    meter,
    failed: {
      keep: (failed) => {
        waiting.push(failed);
        return Promise.resolve();
      },
    },
    chain: createChain(store, nodeDigest),
    log: { error: () => undefined },
    bus: {
      publish: (events) => {
        told.push(...events.filter((event) => !refuses(event)));
        return Promise.resolve(events.map((event) => !refuses(event)));
      },
    },
  };
});

describe('what is measured of the ledger', () => {
  it('is how old the oldest change of a batch is, and nothing else while all goes well', async () => {
    await publishChanges(ports, everyKind());
    expect(meter.measured).toEqual([
      { name: 'LedgerLag', unit: 'Seconds', value: 90, dimensions: {} },
    ]);
  });

  it('is also each batch that must come again', async () => {
    refuses = () => true;
    await publishChanges(ports, everyKind());
    expect(meter.measured.map(({ name }) => name)).toEqual(['LedgerLag', 'LedgerHeld']);
  });
});

describe('publishing changes of the table', () => {
  it('chains each, and tells of each event in the shape that its schema promises', async () => {
    expect(await publishChanges(ports, everyKind())).toBeNull();
    expect(chained()).toHaveLength(7);
    for (const [shard, links] of store.links) expect(firstFault(shard, links)).toBeNull();
    expect(told.map(({ name }) => name).sort()).toEqual([...eventNames].sort());
    for (const { name, detail } of told) {
      expect(eventSchemas[name].parse(detail)).toEqual(detail);
      const link = chained().find(({ hash }) => hash === detail.ledger.hash);
      expect([link?.shard, link?.sequence]).toEqual([detail.ledger.shard, detail.ledger.sequence]);
    }
  });

  it('lets nothing out that is not listed: no seal, no secret, no username, no evidence in events', async () => {
    await publishChanges(ports, everyKind());
    const all = JSON.stringify([chained(), told]);
    expect(all).not.toMatch(/SEALED-SESSION|"SECRET"|secretAccessKey|alice@example/);
    expect(JSON.stringify(told)).not.toContain('readers');
  });

  it('keeps nothing of cache entries, quotas and counts', async () => {
    const running = { status: 'RUNNING', minted: 1 };
    const changes = [
      changeOf('SUBJECT#users:alice', 'ENTRY#x', { sealedSession: 'SEALED-SESSION' }),
      changeOf('QUOTA#calls', '1', { spent: 1 }),
      changeOf(
        'SUBJECT#users:alice',
        'SUBJECT',
        { identityId: 'i', epoch: 1 },
        { identityId: 'i' },
      ),
      changeOf('BATCH#b-1', 'BATCH', { ...running, minted: 2 }, running),
      changeOf('BATCH#b-1', 'BATCH', null, running),
    ];
    expect(await publishChanges(ports, changes)).toBeNull();
    expect([chained(), told]).toEqual([[], []]);
  });

  it('chains an adoption with its reason and operator, and tells of the identity only when it is there', async () => {
    const had = { identityId: 'us-east-1:aaaa', linked: 0, username: 'alice@example.com' };
    const change = {
      identityChange: 'adopt',
      identityChangeReason: 'her own app came first',
      identityChangedBy: 'arn:aws:iam::123456789012:user/olga',
      identityChangedAtEpochSeconds: noonEpochSeconds,
    };
    const waits = { username: had.username, awaitsLogin: 1, ...change };
    const came = { username: had.username, identityId: 'us-east-1:bbbb', linked: 1, ...change };
    const ofAlice = (after: PlainRow, before: PlainRow) =>
      changeOf('SUBJECT#users:alice', 'SUBJECT', after, before);
    expect(await publishChanges(ports, [ofAlice(waits, had)])).toBeNull();
    expect(chained().map(({ record }) => JSON.parse(record) as unknown)).toMatchObject([
      { kind: 'identity', subject: 'users:alice', data: { awaitsLogin: 1, ...change } },
    ]);
    expect(told).toEqual([]);
    await publishChanges(ports, [ofAlice(came, waits), ofAlice({ ...came, username: 'al' }, came)]);
    expect(chained()).toHaveLength(2);
    expect(told.map(({ name, detail }) => [name, detail])).toMatchObject([
      ['Identity Registered', { identityId: 'us-east-1:bbbb', linked: true }],
    ]);
  });

  it('repeats without a second record, and tells again with the same place', async () => {
    const changes = everyKind();
    await publishChanges(ports, changes);
    const [first, records] = [told, chained()];
    told = [];
    // As another process would, which remembers nothing.
    await publishChanges({ ...ports, chain: createChain(store, nodeDigest) }, changes);
    expect(chained()).toEqual(records);
    expect(told).toEqual(first);
  });

  it('names the first change whose event the bus did not take, and the record stands', async () => {
    const changes = everyKind();
    refuses = ({ name }) => name === 'Credentials Issued';
    expect(await publishChanges(ports, changes)).toBe(changes[2]?.sequenceNumber);
    expect(chained()).toHaveLength(7);
  });

  it('names the first change that was not chained, and chains none of its subject after it', async () => {
    const changes = everyKind();
    const put = store.put.bind(store);
    ports = {
      ...ports,
      chain: createChain(
        {
          ...store,
          put: (link) =>
            link.record.includes('"kind":"issuance"')
              ? Promise.reject(new StepkeyError('Upstream.Throttled'))
              : put(link),
        },
        nodeDigest,
      ),
    };
    expect(await publishChanges(ports, changes)).toBe(changes[2]?.sequenceNumber);
    const ofAlice = chained().filter(({ record }) => record.includes('"subject":"users:alice"'));
    expect(ofAlice).toHaveLength(2);
  });

  it('chains a record of the ledger that somebody changed or deleted', async () => {
    await publishChanges(ports, [changeOf('SESSION#s-1', 'ISSUANCE#i-1', issuance)]);
    const forged = { ...issuance, grant: 'another' };
    await publishChanges(ports, [
      changeOf('SESSION#s-1', 'ISSUANCE#i-1', forged, issuance),
      changeOf('SESSION#s-1', 'ISSUANCE#i-1', null, forged),
    ]);
    expect(chained().map(({ record }) => /"kind":"(\w+)"/.exec(record)?.[1])).toEqual([
      'issuance',
      'issuance',
      'removal',
    ]);
  });

  it('says of rows that were put back that they are there again: nothing is told twice', async () => {
    const changes = everyKind();
    await publishChanges(ports, changes);
    const [before, toldBefore] = [chained(), told.length];
    const back = changes
      .filter(({ sk }) => ['SESSION', 'SUBJECT', 'REVOCATION', 'BATCH'].includes(sk))
      .map(({ pk, sk, after }) =>
        changeOf(pk, sk, { ...after, restoredAtEpochSeconds: noonEpochSeconds + 60 }),
      );
    expect(await publishChanges(ports, back)).toBeNull();
    expect(told).toHaveLength(toldBefore);
    const added = chained().filter((link) => !before.includes(link));
    // Two states of one session: one row.
    expect(added).toHaveLength(4);
    for (const { record } of added) {
      expect(record).toContain('"kind":"restoration"');
      expect(record).toContain(`"atEpochSeconds":${String(noonEpochSeconds + 60)}`);
    }
    // A record of its own time is found where it is.
    const own = changes.filter(({ sk }) => sk.startsWith('ISSUANCE#') || sk === 'DENIAL');
    await publishChanges(ports, own);
    expect(chained()).toHaveLength(before.length + 4);
  });

  it('records what changes in a row that was put back', async () => {
    const put = { ...session, restoredAtEpochSeconds: noonEpochSeconds };
    await publishChanges(ports, [
      changeOf('SESSION#s-1', 'SESSION', { ...put, status: 'WITHDRAWN' }, put),
    ]);
    expect(chained().map(({ record }) => /"kind":"(\w+)"/.exec(record)?.[1])).toEqual(['session']);
  });

  it('goes on past a row of another shape: it is chained, and has no event', async () => {
    const changes = [changeOf('DENIAL#d-2', 'DENIAL', { grant: 1.5 }), ...everyKind()];
    expect(await publishChanges(ports, changes)).toBeNull();
    expect(chained()).toHaveLength(8);
    expect(told).toHaveLength(6);
  });

  describe('what has failed for an hour', () => {
    const hourMillis = 3_600_000;

    it('is kept whole, in order, and holds up nothing any more', async () => {
      const changes = everyKind();
      refuses = ({ name }) => name === 'Credentials Issued' || name === 'Batch Completed';
      clock.set(noonEpochSeconds * 1000 + hourMillis);
      expect(await publishChanges(ports, changes)).toBe(changes[2]?.sequenceNumber);
      expect(waiting).toEqual([]);
      clock.advance(1000);
      expect(await publishChanges(ports, changes)).toBeNull();
      expect(waiting).toMatchObject([
        {
          streamSequenceNumber: changes[2]?.sequenceNumber,
          record: { kind: 'issuance', id: 'i-1', data: { grant: 'own-files' } },
        },
        { streamSequenceNumber: changes[6]?.sequenceNumber, record: { kind: 'batch' } },
      ]);
      expect(JSON.stringify(waiting)).not.toMatch(/SEALED-SESSION|"SECRET"|secretAccessKey/);
    });

    it('ends before the first change that is younger', async () => {
      const [old, , young] = everyKind();
      if (old === undefined || young === undefined) throw new TypeError('no changes');
      ports = { ...ports, bus: { publish: () => Promise.reject(new Error('down')) } };
      clock.advance(2 * hourMillis);
      const later = { ...young, atEpochSeconds: noonEpochSeconds + 5000 };
      const denial = {
        ...old,
        pk: 'DENIAL#d',
        sk: 'DENIAL',
        after: { error: 'x', executionArn: '-' },
      };
      expect(await publishChanges(ports, [denial, later])).toBe(later.sequenceNumber);
      expect(waiting).toHaveLength(1);
    });

    it('comes again where it cannot be kept', async () => {
      const changes = everyKind();
      refuses = () => true;
      ports = { ...ports, failed: { keep: () => Promise.reject(new Error('no queue')) } };
      clock.advance(2 * hourMillis);
      // The first of which there is an event: a session that begins has none.
      expect(await publishChanges(ports, changes)).toBe(changes[1]?.sequenceNumber);
    });
  });
});
