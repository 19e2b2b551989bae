import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../local/aws.ts';
import type { Twin } from '../../local/twin.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { callApi } from '../support/twin/api.ts';
import { signIn } from '../support/twin/people.ts';
import { failureOf, stepsOf } from '../support/twin/steps.ts';

/** Fails the named operations until it is set to null. */
let fault: { operations: readonly string[]; error: AwsError } | null = null;
const calls: string[] = [];

const throttled = new AwsError('TooManyRequestsException', 'Rate exceeded');
const broken = new AwsError('InternalErrorException', 'Internal error', { statusCode: 500 });
const denied = new AwsError('AccessDenied', 'Not authorized', { statusCode: 403 });

describe('upstream failures, on the twin', () => {
  let twin: Twin;
  let token: string;
  beforeAll(async () => {
    twin = await startDemoTwin({
      interceptor: ({ operation }) => {
        calls.push(operation);
        if (fault?.operations.includes(operation)) throw fault.error;
      },
    });
    ({ idToken: token } = await signIn(twin, 'alice'));
  });
  afterAll(async () => {
    await twin.stop();
  });
  beforeEach(() => {
    fault = null;
    calls.length = 0;
  });

  it.each<[string, string[], AwsError, number, string, string]>([
    [
      'the identity pool is throttled',
      ['GetOpenIdTokenForDeveloperIdentity'],
      throttled,
      503,
      'Upstream.Throttled',
      'RegisterIdentity',
    ],
    [
      'the identity pool is down',
      ['GetId'],
      broken,
      503,
      'Upstream.Unavailable',
      'RegisterIdentity',
    ],
    [
      'STS is down',
      ['AssumeRoleWithWebIdentity'],
      broken,
      503,
      'Upstream.Unavailable',
      'AssumeMappedRole',
    ],
    [
      'STS refuses our own role',
      ['AssumeRoleWithWebIdentity'],
      denied,
      502,
      'Upstream.Misconfigured',
      'AssumeMappedRole',
    ],
  ])(
    '%s: the request fails in its state, hands out nothing and gives the lease back',
    async (_, operations, error, status, name, state) => {
      fault = { operations, error };
      const answer = await callApi(twin, 'POST', '/v1/credentials', { token, once: true });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('retry-after')).toBe(status === 503 ? '1' : null);
      expect(answer.text).not.toContain('sessionToken');
      expect(await failureOf(twin)).toBe(name);
      const steps = await stepsOf(twin);
      expect(steps.at(-1)).toBe('Failed');
      expect(steps).toContain(state);
      expect(steps).toContain('ReleaseLease');
      // Retries stay bounded: what failed is tried once more at most.
      expect(calls.filter((call) => call === operations[0]).length).toBeLessThanOrEqual(2);
    },
  );

  it('mints at once when upstream is back', async () => {
    const answer = await callApi(twin, 'POST', '/v1/credentials', { token });
    expect(answer.body).toMatchObject({ source: 'minted' });
  });

  it('hands out nothing when the ledger does not take the record [SEC-06]', async () => {
    fault = {
      operations: ['PutItem'],
      error: new AwsError('ProvisionedThroughputExceededException', 'Throttled'),
    };
    const answer = await callApi(twin, 'POST', '/v1/credentials', { token, once: true });
    expect(answer.status).toBe(503);
    expect(answer.text).not.toContain('sessionToken');
  });

  it('serves from the cache while identity pool and STS are down', async () => {
    fault = {
      operations: ['GetOpenIdTokenForDeveloperIdentity', 'AssumeRoleWithWebIdentity'],
      error: broken,
    };
    const answer = await callApi(twin, 'POST', '/v1/credentials', { token });
    expect(answer.body).toMatchObject({ source: 'cache' });
  });
});

describe('a pool that wants the own login beside the developer login', () => {
  it('gets it from the identity function, in a state of its own', async () => {
    const twin = await startDemoTwin({
      developerLoginSuffices: false,
    });
    try {
      const { idToken } = await signIn(twin, 'alice');
      const answer = await callApi(twin, 'POST', '/v1/credentials', { token: idToken });
      expect(answer.body).toMatchObject({ source: 'minted' });
      expect(await stepsOf(twin)).toContain('ObtainOpenIdTokenWithLogin');
    } finally {
      await twin.stop();
    }
  });
});
