import { describe, expect, it } from '@jest/globals';
import { BrokerError } from '../../../client/broker-error.ts';
import type { HeldSession } from '../../../client/held-session.ts';
import { keepSession } from '../../../client/session-keeper.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const minute = 60_000;

/** A broker that gives hour-long sessions, a clock that the test moves, and patience for one try. */
const keeping = () => {
  const state = {
    now: start,
    requests: 0,
    failure: null as unknown,
    gate: Promise.resolve(),
    told: [] as string[],
  };
  const keeper = keepSession({
    patienceMillis: 0,
    nowEpochMillis: () => state.now,
    random: () => 0,
    obtain: async (): Promise<HeldSession> => {
      state.requests += 1;
      const number = state.requests;
      await state.gate;
      if (state.failure !== null) throw state.failure as Error;
      return {
        accessKeyId: `ASIA${String(number)}`,
        secretAccessKey: 'secret',
        sessionToken: 'token',
        expiresAtEpochMillis: state.now + 60 * minute,
        subject: 'pool:a',
        identityId: 'us-east-1:a',
        grant: 'own-files',
        roleArn: 'arn',
      };
    },
    onAway: (_, held) => state.told.push(`away, ${held?.accessKeyId ?? 'nothing'}`),
    onBack: () => state.told.push('back'),
    onRefused: () => state.told.push('refused'),
  });
  const at = (minutes: number): void => {
    state.now = start + minutes * minute;
  };
  const keyOf = async (): Promise<string> => (await keeper.get()).accessKeyId;
  /** Until what a flight ahead of time has brought is there. */
  const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
  return { state, keeper, at, keyOf, settled };
};

const denied = new BrokerError('denied', 'No such grant is available to this caller.');
const unavailable = new BrokerError('unavailable', 'The broker did not answer.');

describe('a kept session', () => {
  it('is fetched once, however many ask at the same time', async () => {
    const { state, keyOf } = keeping();
    const keys = await Promise.all(Array.from({ length: 50 }, keyOf));
    expect(new Set(keys)).toEqual(new Set(['ASIA1']));
    expect(state.requests).toBe(1);
  });

  it('is replaced 20 min before its end, without anybody waiting', async () => {
    const { state, at, keyOf, settled } = keeping();
    await keyOf();
    at(39.9);
    expect(await keyOf()).toBe('ASIA1');
    expect(state.requests).toBe(1);
    let open = (): void => undefined;
    state.gate = new Promise((resolve) => {
      open = resolve;
    });
    at(40);
    expect(await keyOf()).toBe('ASIA1');
    expect(await keyOf()).toBe('ASIA1');
    expect(state.requests).toBe(2);
    open();
    await settled();
    expect(await keyOf()).toBe('ASIA2');
    expect(state.requests).toBe(2);
  });

  it('is served to its end while the broker is away, which is told once, as is its return', async () => {
    const { state, at, keyOf, settled } = keeping();
    await keyOf();
    state.failure = unavailable;
    for (const minutes of [41, 45, 50, 58, 59.5, 59.9]) {
      at(minutes);
      expect(await keyOf()).toBe('ASIA1');
      await settled();
    }
    at(60);
    await expect(keyOf()).rejects.toBe(unavailable);
    state.failure = null;
    expect(await keyOf()).toMatch(/^ASIA/);
    expect(state.told).toEqual(['away, ASIA1', 'back']);
  });

  it('ends with a refusal, also while it would last', async () => {
    const { state, at, keyOf, settled } = keeping();
    await keyOf();
    state.failure = denied;
    at(41);
    await keyOf();
    await settled();
    await expect(keyOf()).rejects.toBe(denied);
    expect(state.told).toEqual(['refused']);
  });

  it('does not repeat a refused request: not by itself, not for those who ask again at once', async () => {
    const { state, at, keyOf } = keeping();
    state.failure = denied;
    for (let asked = 0; asked < 10; asked += 1) await expect(keyOf()).rejects.toBe(denied);
    expect(state.requests).toBe(1);
    at(1);
    state.failure = null;
    expect(await keyOf()).toBe('ASIA2');
  });

  it('is not asked for before Retry-After has passed', async () => {
    const { state, keyOf } = keeping();
    state.failure = new BrokerError('unavailable', 'Try later.', { retryAfterSeconds: 30 });
    await expect(keyOf()).rejects.toMatchObject({ retryAfterSeconds: 30 });
    state.failure = null;
    state.now += 29_000;
    await expect(keyOf()).rejects.toMatchObject({ retryAfterSeconds: 30 });
    expect(state.requests).toBe(1);
    state.now += 1_000;
    expect(await keyOf()).toBe('ASIA2');
  });

  it('is gone once its keeper was stopped', async () => {
    const { keeper, keyOf } = keeping();
    await keyOf();
    keeper.stop();
    expect(keeper.held()).toBeNull();
  });
});
