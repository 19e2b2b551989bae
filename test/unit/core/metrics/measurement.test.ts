import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { measurementOf } from '../../../../core/metrics/measurement.ts';
import { metricList, type EmittedMetric } from '../../../../core/metrics/metric-list.ts';

const rows = Object.entries(metricList);
const emitted = rows.flatMap(([name, { from }]) => (from === 'function' ? [name] : []));

/** As a careless caller would, whom the types do not stop. */
const measure = (name: string, value: number, dimensions: Record<string, string>) =>
  measurementOf(name as EmittedMetric, value, dimensions as never);

describe('the list of metrics', () => {
  it.each(rows)('%s has few dimensions, each of few words', (_, { dimensions }) => {
    const values: readonly (readonly string[])[] = Object.values(dimensions);
    expect(values.length).toBeLessThanOrEqual(2);
    expect(values.reduce((product, words) => product * words.length, 1)).toBeLessThanOrEqual(40);
    // No digit: no account, no ARN, no id of anybody could be written so.
    for (const word of values.flat())
      expect(word).toMatch(/^[A-Za-z][A-Za-z0]{0,19}([-.][A-Za-z]{1,20})?$|^s3$/);
  });

  it('[SEC-51] has no dimension for whom, for what, or with which token', () => {
    const names = rows.flatMap(([, { dimensions }]) => Object.keys(dimensions));
    expect([...new Set(names)].sort()).toEqual(['kind', 'reason', 'source', 'upstream']);
  });
});

describe('[SEC-51] a metric with an identifying dimension', () => {
  it('is not emitted: a value that the list does not have', () => {
    expect(measure('Denied', 1, { reason: 'Token.Invalid' })).not.toBeNull();
    fc.assert(
      fc.property(
        fc.constantFrom(...emitted),
        fc.oneof(
          fc.string(),
          fc.uuid(),
          fc.constantFrom('users:alice', 'arn:aws:iam::123456789012:role/x'),
        ),
        (name, text) => {
          const dimensions: Readonly<Record<string, readonly string[]>> =
            metricList[name as EmittedMetric].dimensions;
          const first = Object.keys(dimensions)[0];
          const listed = Object.fromEntries(
            Object.entries(dimensions).map(([dimension, words]) => [dimension, words[0] ?? '']),
          );
          fc.pre(first === undefined || !dimensions[first]?.includes(text));
          const given = first === undefined ? { subject: text } : { ...listed, [first]: text };
          expect(measure(name, 1, given)).toBeNull();
        },
      ),
    );
  });

  it('is not emitted: a dimension that the list does not have, or one that is left out', () => {
    expect(measure('Issued', 1, { source: 'cache', subject: 'users:alice' })).toBeNull();
    expect(measure('Issued', 1, {})).toBeNull();
    expect(measure('Issued', 1, { subject: 'cache' })).toBeNull();
  });

  it.each(['users:alice', 'toString', '__proto__', 'QuotaExhausted'])(
    'is not emitted: %s as its name',
    (name) => {
      expect(measure(name, 1, {})).toBeNull();
    },
  );

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])(
    'is not emitted: %s as its value',
    (value) => {
      expect(measure('MintTime', value, {})).toBeNull();
    },
  );
});
