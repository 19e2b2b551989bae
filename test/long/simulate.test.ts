import { describe, expect, it } from '@jest/globals';
import type { Scenario } from '../../bench/simulate/scenario.ts';
import { simulate } from '../../bench/simulate/simulate.ts';

const small: Scenario = {
  name: 'small',
  subjects: 40,
  requestsPerSecond: 0.8,
  callsPerSecond: 50,
  durationSeconds: 3600,
  seconds: 3600,
  countedFromSeconds: 0,
  start: 'warm',
  seed: 7,
};
const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, each) => sum + each, 0);

describe('the simulation', () => {
  it('mints for each subject once per use and wait for its next request', async () => {
    const measures = await simulate(small);
    // 2,400 s above the minimum, of which the last third is cut at a point of chance; then 50 s until the next request.
    const expected = small.subjects / (2400 - 400 + 50);
    expect(measures.mintsPerSecond / expected).toBeGreaterThan(0.75);
    expect(measures.mintsPerSecond / expected).toBeLessThan(1.25);
    expect(measures.refused).toEqual({});
    // Of the hits that were only counted, some were run as well: each was one.
    expect(measures.checkedHits).toBeGreaterThan(0);
    expect(measures.requests / (small.requestsPerSecond * small.seconds)).toBeCloseTo(1, 1);
  });

  it('is the same again with the same seed, and another with another', async () => {
    const brief = { ...small, subjects: 10, seconds: 600 };
    const [one, again, other] = [
      await simulate(brief),
      await simulate(brief),
      await simulate({ ...brief, seed: 8 }),
    ];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('never makes more calls in a second than were paid for, and answers or refuses every request', async () => {
    const crowded: Scenario = {
      ...small,
      start: 'cold',
      subjects: 20,
      requestsPerSecond: 8,
      callsPerSecond: 1,
      seconds: 12,
    };
    const measures = await simulate(crowded);
    expect(measures.mostIdentityPoolCallsInASecond).toBe(1);
    expect(Object.keys(measures.refused)).toEqual(['Quota.Exhausted']);
    expect(measures.minted).toBeGreaterThan(5);
    expect(measures.requests).toBe(measures.hits + measures.minted + sumOf(measures.refused));
  });

  it('mints once for many who ask for one cold entry', async () => {
    const measures = await simulate({
      ...small,
      start: 'cold',
      subjects: 1,
      requestsPerSecond: 40,
      seconds: 3,
    });
    expect(measures.minted).toBe(1);
    expect(measures.series.mints).toEqual([1]);
    expect(measures.executionsWithout['in-progress']).toBeGreaterThan(1);
  });
});
