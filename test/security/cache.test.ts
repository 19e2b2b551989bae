import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { kmsSealer } from '../../adapters/sealer.ts';
import { inProcessBroker, type InProcessBroker } from '../support/faults/in-process-broker.ts';
import { tableName } from '../support/faults/in-process-aws.ts';
import { allButTheDate } from '../support/faults/virtual-time.ts';
import { without } from '../support/tokens.ts';
import { twinContext } from '../support/twin/call-context.ts';

/** What somebody who can write the table makes of the cache, against the broker's own code, machine and seal. */

type Row = Readonly<Record<string, unknown>>;
type Case = ReturnType<InProcessBroker['newCase']>;
interface Text {
  readonly S: string;
}

const sealedIn = (row: Row): Buffer => Buffer.from((row['sealedSession'] as Text).S, 'base64');
const withSealed = (row: Row, bytes: Buffer): Row => ({
  ...row,
  sealedSession: { S: bytes.toString('base64') },
});
const flipped = (bytes: Buffer, at: number): Buffer => {
  const other = Buffer.from(bytes);
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
};
const later = (row: Row, seconds: number): Row => ({
  ...row,
  expiresAtEpochSeconds: {
    N: String(Number((row['expiresAtEpochSeconds'] as { N: string }).N) + seconds),
  },
});
const epochs = (value: string) => ({
  M: Object.fromEntries(
    ['subject', 'client', 'grant', 'everything'].map((name) => [
      name,
      { N: name === 'subject' ? value : '0' },
    ]),
  ),
});

describe('[SEC-04] an entry of the cache that somebody was at', () => {
  let broker: InProcessBroker;
  let person: Case;
  let first: Row;
  let entry: Row;

  const entryOf = async ({ subject }: Case): Promise<Row> => {
    const rows = await broker.aws.rows(`SUBJECT#${subject}`);
    const found = rows.find(({ sk }) => sk?.S?.startsWith('ENTRY#'));
    if (found === undefined) throw new TypeError('nothing was cached');
    return found;
  };
  const put = async (row: Row): Promise<void> => {
    await broker.aws.call('dynamodb', 'PutItem', { TableName: tableName, Item: row }, twinContext);
  };
  /** The answer is a session minted now; the one in the entry was not handed out again. */
  const expectMiss = async (): Promise<void> => {
    const { status, body } = await person.ask();
    expect([status, body['source']]).toEqual([200, 'minted']);
    expect(body['sessionId']).not.toBe(first['sessionId']);
    const issuances = (await broker.aws.rows(`SESSION#${String(first['sessionId'])}`)).filter(
      ({ sk }) => sk?.S?.startsWith('ISSUANCE#'),
    );
    expect(issuances).toHaveLength(1);
    // What replaced it is good.
    expect(await person.ask()).toMatchObject({ status: 200, body: { source: 'cache' } });
  };

  beforeAll(async () => {
    jest.useFakeTimers({ doNotFake: allButTheDate });
    broker = await inProcessBroker((now) => {
      jest.setSystemTime(now);
    });
  });
  beforeEach(async () => {
    broker.gate.reset();
    broker.setStsAhead(0);
    person = broker.newCase();
    const { status, body } = await person.ask();
    expect(status).toBe(200);
    first = body;
    entry = await entryOf(person);
  });
  afterAll(async () => {
    await broker.close();
    jest.useRealTimers();
  });

  it('is served while nobody was at it', async () => {
    expect(await person.ask()).toMatchObject({
      status: 200,
      body: { source: 'cache', sessionId: first['sessionId'] },
    });
    expect(person.countOf('EntryRefused')).toBe(0);
  });

  it.each<[string, (row: Row) => Row]>([
    // The version, the data key, the text, the tag: one bit anywhere.
    ...[0, 0.2, 0.4, 0.6, 0.8, 0.99].map((part): [string, (row: Row) => Row] => [
      `a bit flipped after ${String(part * 100)} % of it`,
      (row) => {
        const bytes = sealedIn(row);
        return withSealed(row, flipped(bytes, Math.floor(part * bytes.length)));
      },
    ]),
    ['its tag cut by a byte', (row) => withSealed(row, sealedIn(row).subarray(0, -1))],
    ['its tag cut off', (row) => withSealed(row, sealedIn(row).subarray(0, -16))],
    ['nothing but its first byte', (row) => withSealed(row, sealedIn(row).subarray(0, 1))],
    ['a byte more', (row) => withSealed(row, Buffer.concat([sealedIn(row), Buffer.from([0])]))],
    ['words', (row) => ({ ...row, sealedSession: { S: 'credentials' } })],
    ['another session’s name', (row) => ({ ...row, sessionId: { S: 'another' } })],
    ['a later end', (row) => later(row, 9000)],
  ])('is a miss, and counted: %s', async (_, alter) => {
    await put(alter(entry));
    await expectMiss();
    expect(person.countOf('EntryRefused')).toBe(1);
  });

  it('is a miss, and counted: another person’s, under this one’s key', async () => {
    const other = broker.newCase();
    await other.ask();
    const { sealedSession, sessionId, expiresAtEpochSeconds } = await entryOf(other);
    await put({ ...entry, sealedSession, sessionId, expiresAtEpochSeconds });
    await expectMiss();
    expect(person.countOf('EntryRefused')).toBe(1);
  });

  it('is a miss, and counted: sealed under another key of KMS', async () => {
    const client = broker.aws.kmsOf('somebody');
    const plaintext = await broker.time.during(
      kmsSealer({ client, keyArn: broker.aws.keyArn }).open(
        'credentials',
        'own-files',
        sealedIn(entry).toString('base64'),
      ),
    );
    const otherKey = kmsSealer({ client, keyArn: await broker.aws.newKey('replaced') });
    const sealed = await broker.time.during(otherKey.seal('credentials', 'own-files', plaintext));
    await put({ ...entry, sealedSession: { S: sealed } });
    await expectMiss();
    expect(person.countOf('EntryRefused')).toBe(1);
  });

  it.each<[string, (row: Row) => Row]>([
    ['a seal that is a number', (row) => ({ ...row, sealedSession: { N: '1' } })],
    ['no seal', (row) => without(row, 'sealedSession')],
    ['no counters', (row) => without(row, 'epochs')],
    ['counters that are a text', (row) => ({ ...row, epochs: { S: 'all' } })],
    ['no end', (row) => without(row, 'expiresAtEpochSeconds')],
    ['an end in words', (row) => ({ ...row, expiresAtEpochSeconds: { S: 'never' } })],
    ['no session', (row) => without(row, 'sessionId')],
    ['a session that is a number', (row) => ({ ...row, sessionId: { N: '1' } })],
    [
      'a lease in words and nothing else',
      ({ pk, sk }) => ({ pk, sk, leaseUntilEpochMillis: { S: 'for ever' } }),
    ],
    ['another identity', (row) => ({ ...row, identityId: { S: 'us-east-1:another' } })],
  ])('is a miss and no mistake of ours: a row with %s', async (name, alter) => {
    await put(alter(entry));
    await expectMiss();
    // No seal is no entry, and an identity may have changed: what is not of its shape was written by somebody else.
    expect(person.countOf('EntryRefused')).toBe(/seal$|identity$/.test(name) ? 0 : 1);
  });

  it('is a miss: a row from before a revocation, put back after it', async () => {
    await broker.revoke(person.subject);
    await broker.restore(person.subject);
    await put(entry);
    await expectMiss();
  });

  it('is a miss, and counted: the same with the counters of today', async () => {
    await broker.revoke(person.subject);
    await broker.restore(person.subject);
    await put({ ...entry, epochs: epochs('1') });
    await expectMiss();
    expect(person.countOf('EntryRefused')).toBe(1);
  });

  it('is a miss: a row that DynamoDB should have deleted long ago', async () => {
    await broker.time.advance(50 * 3_600_000);
    await put(entry);
    await expectMiss();
    expect(person.countOf('EntryRefused')).toBe(0);
  });
});

describe('[SEC-04] while the clock of STS is another than the broker’s', () => {
  let broker: InProcessBroker;
  beforeAll(async () => {
    jest.useFakeTimers({ doNotFake: allButTheDate });
    broker = await inProcessBroker((now) => {
      jest.setSystemTime(now);
    });
  });
  afterAll(async () => {
    await broker.close();
    jest.useRealTimers();
  });

  it.each([-600, -1, 1, 600])(
    'by %i s, every answer within two hours has credentials that last, and few are minted',
    async (aheadSeconds) => {
      broker.setStsAhead(aheadSeconds * 1000);
      const person = broker.newCase();
      const minimumSeconds = 1200;
      let minted = 0;
      for (let minute = 0; minute <= 120; minute += 5) {
        const { status, body } = await person.ask();
        expect(status).toBe(200);
        if (body['source'] === 'minted') minted += 1;
        const { expiration } = body['credentials'] as { expiration: string };
        const nowOfSts = broker.time.nowEpochMillis() + aheadSeconds * 1000;
        const leftSeconds = (Date.parse(expiration) - nowOfSts) / 1000;
        expect(leftSeconds).toBeGreaterThanOrEqual(minimumSeconds - Math.abs(aheadSeconds));
        await broker.time.advance(5 * 60_000);
      }
      expect(minted).toBeLessThanOrEqual(5);
    },
  );
});
