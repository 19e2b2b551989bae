import { expect, it } from '@jest/globals';
import { BrokerError, type BrokerErrorKind } from '../../../client/broker-error.ts';
import { withPatience } from '../../../client/patience.ts';

/** Time that passes only by waiting. */
const waiting = (totalMillis: number) => {
  let now = 0;
  const waits: number[] = [];
  return {
    waits,
    patience: {
      totalMillis,
      nowEpochMillis: () => now,
      sleep: (millis: number) => {
        now += millis;
        waits.push(millis);
        return Promise.resolve();
      },
    },
  };
};

const failing = (kind: BrokerErrorKind, retryAfterSeconds: number | null, times = Infinity) => {
  let calls = 0;
  return {
    calls: () => calls,
    call: () => {
      calls += 1;
      if (calls > times) return Promise.resolve('answer');
      return Promise.reject(new BrokerError(kind, 'no', { retryAfterSeconds }));
    },
  };
};

it('waits as long as Retry-After says and asks again', async () => {
  const { waits, patience } = waiting(10_000);
  const broker = failing('unavailable', 3, 2);
  expect(await withPatience(broker.call, patience)).toBe('answer');
  expect(waits).toEqual([3000, 3000]);
});

it('does not wait for a Retry-After beyond its patience', async () => {
  const { waits, patience } = waiting(10_000);
  const broker = failing('unavailable', 60);
  await expect(withPatience(broker.call, patience)).rejects.toMatchObject({
    retryAfterSeconds: 60,
  });
  expect({ waits, calls: broker.calls() }).toEqual({ waits: [], calls: 1 });
});

it('gives up when the patience is over', async () => {
  const { waits, patience } = waiting(5000);
  const broker = failing('unavailable', null);
  await expect(withPatience(broker.call, patience)).rejects.toBeInstanceOf(BrokerError);
  expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(5000);
  expect(broker.calls()).toBeGreaterThan(1);
});

it.each(['denied', 'not-accepted', 'invalid', 'unexpected'] as const)(
  'asks once when the answer is %s',
  async (kind) => {
    const { patience } = waiting(60_000);
    const broker = failing(kind, 1);
    await expect(withPatience(broker.call, patience)).rejects.toMatchObject({ kind });
    expect(broker.calls()).toBe(1);
  },
);
