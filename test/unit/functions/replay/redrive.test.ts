import { beforeEach, describe, expect, it } from '@jest/globals';
import { nodeDigest } from '../../../../adapters/digest.ts';
import type { BrokerEvent } from '../../../../core/contracts/events.ts';
import { StepkeyError } from '../../../../core/errors.ts';
import { createChain } from '../../../../core/ledger/append.ts';
import type { WaitingRecord } from '../../../../core/ledger/failed-record.ts';
import { redrive } from '../../../../functions/replay/redrive.ts';
import { fakeChainStore } from '../../../support/fakes/fake-chain-store.ts';
import { issuanceRecord } from '../../../support/ledger.ts';

const waitingOf = (id: string, streamSequenceNumber: string): WaitingRecord => ({
  receipt: `receipt-${id}`,
  failed: { streamSequenceNumber, record: issuanceRecord(id) },
});

let queue: WaitingRecord[];
let told: BrokerEvent[];
let isBusUp: boolean;
let store: ReturnType<typeof fakeChainStore>;

/** A queue that hides what it gave out, as SQS does, until the test asks anew. */
const ports = () => {
  const visible = [...queue];
  return {
    chain: createChain(store, nodeDigest),
    failed: {
      receive: () => Promise.resolve(visible.splice(0, 10)),
      remove: (receipt: string) => {
        queue = queue.filter((message) => message.receipt !== receipt);
        return Promise.resolve();
      },
    },
    bus: {
      publish: (events: readonly BrokerEvent[]) => {
        if (isBusUp) told.push(...events);
        return Promise.resolve(events.map(() => isBusUp));
      },
    },
  };
};

beforeEach(() => {
  queue = [];
  told = [];
  isBusUp = true;
  store = fakeChainStore();
});

describe('redriving what failed', () => {
  it('chains and tells it in the order in which the table changed, and empties the queue', async () => {
    queue = [waitingOf('third', '100'), waitingOf('first', '9'), waitingOf('second', '10')];
    expect(await redrive(ports())).toEqual({
      replayed: 3,
      chained: 3,
      unreadable: 0,
      isDone: true,
    });
    expect(told.map(({ detail }) => [detail.record, detail.replayed])).toEqual([
      ['issuance/first', true],
      ['issuance/second', true],
      ['issuance/third', true],
    ]);
    expect(queue).toEqual([]);
  });

  it('finds a record that is in its chain already, and adds no second one', async () => {
    await createChain(store, nodeDigest).append([issuanceRecord('one')]);
    queue = [waitingOf('one', '1')];
    await redrive(ports());
    expect([...store.links.values()].flat()).toHaveLength(1);
    expect(told.map(({ detail }) => detail.ledger.sequence)).toEqual([1]);
  });

  it('keeps in the queue what cannot be chained, and everything behind it', async () => {
    queue = [waitingOf('one', '1'), waitingOf('two', '2'), waitingOf('three', '3')];
    const { put } = store;
    store = {
      ...store,
      put: (link) =>
        link.record.includes('"id":"two"')
          ? Promise.reject(new StepkeyError('Config.Invalid'))
          : put(link),
    };
    await expect(redrive(ports())).rejects.toMatchObject({ name: 'Config.Invalid' });
    expect(queue.map(({ receipt }) => receipt)).toEqual(['receipt-two', 'receipt-three']);
    expect(told.map(({ detail }) => detail.record)).toEqual(['issuance/one']);
  });

  it('keeps in the queue what the bus does not take, and everything behind it', async () => {
    queue = [waitingOf('one', '1'), waitingOf('two', '2')];
    isBusUp = false;
    await expect(redrive(ports())).rejects.toMatchObject({ name: 'Upstream.Unavailable' });
    expect(queue).toHaveLength(2);
    isBusUp = true;
    expect(await redrive(ports())).toMatchObject({ replayed: 2, isDone: true });
  });

  it('leaves in the queue what holds no record, and says how many', async () => {
    queue = [{ receipt: 'of-lambda', failed: null }, waitingOf('one', '1')];
    expect(await redrive(ports())).toMatchObject({ replayed: 1, unreadable: 1 });
    expect(queue).toEqual([{ receipt: 'of-lambda', failed: null }]);
  });

  it('takes a hundred at a time, and says that there may be more', async () => {
    queue = Array.from({ length: 150 }, (_, nth) => waitingOf(String(nth), String(nth + 1)));
    expect(await redrive(ports())).toMatchObject({ replayed: 100, isDone: false });
    expect(await redrive(ports())).toMatchObject({ replayed: 50, isDone: true });
  });
});
