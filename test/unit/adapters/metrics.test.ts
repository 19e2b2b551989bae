import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { powertoolsMeter } from '../../../adapters/metrics.ts';
import { watchUpstreams } from '../../../adapters/watched-upstreams.ts';
import type { EmittedMetric } from '../../../core/metrics/metric-list.ts';
import { fakeMeter } from '../../support/fakes/fake-meter.ts';

interface Line {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly object[];
    }[];
  };
}

describe('the meter', () => {
  const lines: Line[] = [];
  beforeEach(() => {
    lines.length = 0;
    // Powertools then writes to the console that jest can listen to.
    process.env['POWERTOOLS_DEV'] = 'true';
    process.env['POWERTOOLS_METRICS_DISABLED'] = 'false';
    process.env['POWERTOOLS_METRICS_NAMESPACE'] = 'Stepkey/test';
    jest.spyOn(console, 'log').mockImplementation((text: string) => {
      lines.push(JSON.parse(text) as Line);
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    for (const name of ['DEV', 'METRICS_DISABLED', 'METRICS_NAMESPACE'])
      Reflect.deleteProperty(process.env, `POWERTOOLS_${name}`);
  });

  it('writes each measurement as one line, over all its dimensions and for their values', () => {
    powertoolsMeter().measure('UpstreamErrors', 2, { upstream: 'sts', kind: 'throttled' });
    expect(lines).toMatchObject([
      {
        _aws: {
          CloudWatchMetrics: [
            {
              Namespace: 'Stepkey/test',
              Dimensions: [['service'], ['service', 'upstream', 'kind']],
              Metrics: [{ Name: 'UpstreamErrors', Unit: 'Count' }],
            },
          ],
        },
        service: 'stepkey',
        upstream: 'sts',
        kind: 'throttled',
        UpstreamErrors: 2,
      },
    ]);
  });

  it('writes a metric without dimensions under the service alone, and the next one afresh', () => {
    const meter = powertoolsMeter();
    meter.measure('Denied', 1, { reason: 'Token.Invalid' });
    meter.measure('MintTime', 120, {});
    expect(lines).toHaveLength(2);
    expect(lines[1]?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['service']]);
    expect(lines[1]).not.toHaveProperty('reason');
  });

  it('[SEC-51] writes nothing at all for what is not of the list', () => {
    powertoolsMeter().measure('Denied', 1, { reason: 'users:alice' } as never);
    powertoolsMeter().measure('users:alice' as EmittedMetric, 1, {});
    expect(lines).toEqual([]);
  });

  it('writes nothing where the deployment names no place for it', () => {
    process.env['POWERTOOLS_METRICS_NAMESPACE'] = '';
    powertoolsMeter().measure('MintTime', 120, {});
    expect(lines).toEqual([]);
  });
});

describe('a watched client', () => {
  const meter = fakeMeter();
  /** Calls through what the watch put around the call. */
  const callThrough = async (call: () => Promise<unknown>): Promise<unknown> => {
    type Next = (args: unknown) => Promise<unknown>;
    let around = (next: Next): Next => next;
    watchUpstreams(meter)('kms', {
      middlewareStack: {
        add: (middleware: typeof around) => {
          around = middleware;
        },
      },
    });
    return around(call)({}).catch((error: unknown) => error);
  };
  const measuredBy = async (call: () => Promise<unknown>, told: object): Promise<unknown[]> => {
    const before = meter.measured.length;
    expect(await callThrough(call)).toBe(told);
    return meter.measured.slice(before).map(({ name, dimensions }) => [name, dimensions]);
  };
  const kindsAfter = (failure: object): Promise<unknown[]> =>
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as the SDK's own errors look
    measuredBy(() => Promise.reject(failure), failure);

  it.each([
    ['throttled', { name: 'ThrottlingException' }],
    ['unavailable', { name: 'InternalFailure', $metadata: { httpStatusCode: 500 } }],
    ['unavailable', { name: 'TimeoutError' }],
    ['refused', { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } }],
  ])('is counted as %s and fails as before: %o', async (kind, failure) => {
    expect(await kindsAfter(failure)).toEqual([['UpstreamErrors', { upstream: 'kms', kind }]]);
  });

  it('is counted once where an answer tells that statements of it were not allowed', async () => {
    const refused = { Error: { Code: 'AccessDenied' } };
    const duplicate = { Error: { Code: 'DuplicateItem' } };
    for (const [Responses, counted] of [
      [[{}, refused, refused], [['UpstreamErrors', { upstream: 'kms', kind: 'refused' }]]],
      [[{}, duplicate, { Error: {} }], []],
      [{ 'a-table': [refused] }, []],
    ] as const) {
      const answer = { output: { Responses } };
      expect(await measuredBy(() => Promise.resolve(answer), answer)).toEqual(counted);
    }
  });

  it.each(['ConditionalCheckFailedException', 'ResourceNotFoundException'])(
    'answers with %s as a matter of course',
    async (name) => {
      expect(await kindsAfter({ name, $metadata: { httpStatusCode: 400 } })).toEqual([]);
    },
  );
});
