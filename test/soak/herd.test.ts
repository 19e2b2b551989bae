import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { inProcessBroker, type InProcessBroker } from '../support/faults/in-process-broker.ts';
import { intervalMillis } from '../support/faults/promises.ts';
import { allButTheDate } from '../support/faults/virtual-time.ts';

const requests = 1000;
const processes = 4;
/** The function's own time limit; the gateway waits 29 s. */
const limitMillis = 25_000;

describe(`[SEC-04] ${String(requests)} cold requests for one key, over ${String(processes)} sets of processes`, () => {
  let broker: InProcessBroker;
  beforeAll(async () => {
    jest.useFakeTimers({ doNotFake: allButTheDate });
    broker = await inProcessBroker((now) => {
      jest.setSystemTime(now);
    });
  });
  afterEach(() => {
    broker.gate.reset();
  });
  afterAll(async () => {
    await broker.close();
    jest.useRealTimers();
  });

  it('mint once, and nobody waits past the limit', async () => {
    const person = broker.newCase();
    const before = broker.keys.length;
    const answers = await person.askAtOnce(requests, processes);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(broker.keys.length - before).toBe(1);
    expect(new Set(answers.map(({ body }) => body['sessionId'])).size).toBe(1);
    expect(new Set(answers.map(({ body }) => body['issuanceId'])).size).toBe(requests);
    expect(Math.max(...answers.map(({ tookMillis }) => tookMillis))).toBeLessThan(limitMillis);
  }, 240_000);

  it.each([
    ['AssumeMappedRole', requests],
    ['TakeQuota', 100],
    ['RecordSession', 100],
  ])(
    'while the holder of the lease is killed at %s, and %i wait: nobody waits past the limit, and then one session is cached',
    async (state, count) => {
      const person = broker.newCase();
      const before = broker.keys.length;
      broker.killAt(state, 'enter');
      const answers = await person.askAtOnce(count, processes);
      expect(broker.isKilled()).toBe(true);
      const tooLate = answers.filter(({ tookMillis }) => tookMillis > limitMillis);
      expect(tooLate).toEqual([]);
      // Without a key in the cache nobody has one: those who waited are told to come again.
      expect([...new Set(answers.map(({ status }) => status))].sort()).toEqual([503]);
      await broker.time.advance(intervalMillis);
      const later = await person.askAtOnce(count, processes);
      expect(new Set(later.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(later.map(({ body }) => body['sessionId'])).size).toBe(1);
      // The killed one may have had its key already: it is in the record, and in nobody's hands.
      const minted = broker.keys.length - before;
      expect(minted).toBe(state === 'RecordSession' ? 2 : 1);
      expect(broker.keys.every(({ hadRecord }) => hadRecord)).toBe(true);
    },
    240_000,
  );
});
