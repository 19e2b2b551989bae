import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { clientSettings } from '../../../adapters/aws-clients.ts';
import { onceFor } from '../../../adapters/idempotency.ts';
import { StepkeyError } from '../../../core/errors.ts';
import { AwsError } from '../../../local/aws.ts';
import { wireCredentials } from '../../support/fakes/aws-wire.ts';
import { nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { dynamoDbOnWire, tableName, type WireService } from '../../support/fakes/wire-services.ts';

let dynamo: WireService;
beforeAll(async () => {
  dynamo = await dynamoDbOnWire();
});
afterEach(() => {
  dynamo.mend();
  dynamo.wire.calls.length = 0;
});
afterAll(() => dynamo.close());

const newOnce = (leaseMillis = 10_000) =>
  onceFor({
    client: new DynamoDBClient({
      ...clientSettings('dynamodb', { region: 'us-east-1', endpoint: dynamo.wire.endpoint }),
      credentials: wireCredentials,
      maxAttempts: 1,
    }),
    tableName,
    name: 'register-identity',
    leaseMillis,
    rememberSeconds: 60,
  });

const held = () => {
  let release: (value: string) => void = () => undefined;
  const work = new Promise<string>((resolve) => {
    release = resolve;
  });
  return { work: () => work, release };
};
/** Resolves when the first run has taken its key. */
const taken = async () => {
  while (dynamo.wire.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
};

describe('onceFor', () => {
  it('answers a repetition with the first answer, without doing the work', async () => {
    const first = await newOnce()('key-1', () =>
      Promise.resolve({ identityId: 'a', linked: true }),
    );
    const second = await newOnce()('key-1', () => Promise.reject(new TypeError('done twice')));
    expect(second).toEqual(first);
  });

  it('does the work of another key', async () => {
    await newOnce()('key-2', () => Promise.resolve('first'));
    expect(await newOnce()('key-3', () => Promise.resolve('second'))).toBe('second');
  });

  it('refuses a second run while the first goes on', async () => {
    const first = held();
    const running = newOnce()('key-4', first.work);
    await taken();
    expect(await nameOfFailure(newOnce()('key-4', () => Promise.resolve('no')))).toBe(
      'Session.InProgress',
    );
    first.release('done');
    expect(await running).toBe('done');
  });

  it('lets another run begin when the lease of a dead one has ended', async () => {
    const first = held();
    const running = newOnce(-1)('key-5', first.work);
    await taken();
    expect(await newOnce()('key-5', () => Promise.resolve('again'))).toBe('again');
    first.release('late');
    await running;
  });

  it('frees the key when the work fails, and hands its error on', async () => {
    const failing = () => Promise.reject(new StepkeyError('Identity.Conflict'));
    expect(await nameOfFailure(newOnce()('key-6', failing))).toBe('Identity.Conflict');
    expect(await newOnce()('key-6', () => Promise.resolve('now'))).toBe('now');
  });

  it('keeps its rows under IDEMPOTENCY#, hashed, and deletable by time', async () => {
    await newOnce()('users:b2f6f9a0', () => Promise.resolve('answer'));
    const item = dynamo.wire.calls[0]?.input['Item'] as Record<string, Record<string, string>>;
    expect(item['pk']).toEqual({ S: 'IDEMPOTENCY#register-identity' });
    expect(item['sk']?.['S']).toMatch(/^register-identity#[A-Za-z0-9+/]{43}=$/);
    expect(Number(item['deleteAfterEpochSeconds']?.['N'])).toBeGreaterThan(Date.now() / 1000);
  });

  it.each([
    ['ThrottlingException', 400, 'Upstream.Throttled'],
    ['InternalServerError', 500, 'Upstream.Unavailable'],
    ['AccessDeniedException', 400, 'Upstream.Misconfigured'],
  ])('does no work when the table answers %s of status %i: %s', async (code, statusCode, name) => {
    dynamo.wire.respond = () => {
      throw new AwsError(code, 'refused', { statusCode });
    };
    let done = false;
    const work = () => {
      done = true;
      return Promise.resolve('x');
    };
    expect(await nameOfFailure(newOnce()('key-7', work))).toBe(name);
    expect(done).toBe(false);
  });
});
