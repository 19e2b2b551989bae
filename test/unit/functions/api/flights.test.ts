import { describe, expect, it } from '@jest/globals';
import { StepkeyError } from '../../../../core/errors.ts';
import { createFlights } from '../../../../functions/api/flights.ts';
import { deferred } from '../../../support/fakes/deferred.ts';

describe('flights', () => {
  it('start one piece of work per key, and those who join it wait for its end', async () => {
    const flights = createFlights();
    const work = deferred<string>();
    let started = 0;
    const start = () => {
      started += 1;
      return work.promise;
    };
    const first = flights.join('a', start);
    const second = flights.join('a', start);
    work.resolve('done');
    expect([await first, await second]).toEqual(['done', null]);
    expect(started).toBe(1);
  });

  it('of different keys know nothing of each other', async () => {
    const flights = createFlights();
    const results = await Promise.all([
      flights.join('a', () => Promise.resolve(1)),
      flights.join('b', () => Promise.resolve(2)),
    ]);
    expect(results).toEqual([1, 2]);
  });

  it('begin anew once the first has ended, also badly', async () => {
    const flights = createFlights();
    const failed = flights.join('a', () => Promise.reject(new StepkeyError('Subject.Revoked')));
    await expect(failed).rejects.toMatchObject({ name: 'Subject.Revoked' });
    expect(await flights.join('a', () => Promise.resolve('again'))).toBe('again');
  });

  it.each([
    ['Upstream.Unavailable', 'Upstream.Unavailable'],
    ['Subject.Revoked', null],
  ] as const)('that end with %s end those who joined with %s', async (name, expected) => {
    const flights = createFlights();
    const work = deferred<string>();
    const first = flights.join('a', () => work.promise);
    const joined = flights.join('a', () => work.promise);
    work.reject(new StepkeyError(name));
    await expect(first).rejects.toMatchObject({ name });
    if (expected === null) expect(await joined).toBeNull();
    else await expect(joined).rejects.toMatchObject({ name: expected });
  });
});
