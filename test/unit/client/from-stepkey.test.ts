import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { fromStepkey, type FromStepkeyOptions } from '../../../client/from-stepkey.ts';
import { createSessionCache, type SessionCache } from '../../../client/session-cache.ts';
import { shiftDate } from '../../../local/lambda/shifted-date.ts';
import {
  away,
  issuedFor,
  refused,
  startFakeBroker,
  subOf,
  tokenFor,
  type FakeBroker,
} from '../../support/fakes/fake-broker.ts';

let broker: FakeBroker;
let cache: SessionCache;

const provider = (options: Partial<FromStepkeyOptions> = {}) =>
  fromStepkey({ api: broker.api, token: tokenFor('alice'), cache, patienceMillis: 0, ...options });

beforeAll(async () => {
  broker = await startFakeBroker();
});
afterAll(() => broker.down());
beforeEach(() => {
  broker.calls.length = 0;
  broker.respond = ({ token }) => issuedFor(subOf(token));
  cache = createSessionCache();
});
afterEach(() => {
  cache.stop();
  shiftDate(0);
});

describe('fromStepkey', () => {
  it('gives what the SDK reads, with the end as a Date', async () => {
    const credentials = await provider({ grant: 'own-files', minTtlSeconds: 900 })();
    expect(credentials).toEqual({
      accessKeyId: expect.stringMatching(/^ASIAALICE/) as unknown,
      secretAccessKey: 'secret-of-alice',
      sessionToken: 'session-of-alice',
      expiration: expect.any(Date) as unknown,
    });
    expect(broker.calls[0]).toMatchObject({
      path: '/v1/credentials',
      body: { grant: 'own-files', minTtlSeconds: 900 },
    });
  });

  it('serves many people of one process, each their own, with one request for each', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `p${String(index)}`);
    const providers = names.map((name) => provider({ token: tokenFor(name) }));
    const asked = await Promise.all(
      [...providers, ...providers, ...providers].map((give) => give()),
    );
    asked.forEach((credentials, index) => {
      expect(credentials.secretAccessKey).toBe(`secret-of-${names[index % 20] ?? ''}`);
    });
    expect(broker.calls).toHaveLength(20);
  });

  it('shares a session between providers of one token source, grant, role and subject only', async () => {
    const token = () => tokenFor('alice');
    const other = () => tokenFor('alice');
    const accessKeys = await Promise.all(
      [
        { token },
        { token },
        { token: other },
        { token, grant: 'a' },
        { token, grant: 'b' },
        { token, grant: 'a', roleArn: 'arn:aws:iam::1:role/x' },
        { token, grant: 'a', subject: 'pool:b' },
        { token, grant: 'a', minTtlSeconds: 900 },
      ].map(async (options) => (await provider(options)()).accessKeyId),
    );
    expect(accessKeys[0]).toBe(accessKeys[1]);
    expect(new Set(accessKeys).size).toBe(7);
  });

  it("does not find another's session with a forged token of the same claims", async () => {
    const token = tokenFor('alice');
    await provider({ token })();
    broker.respond = () => refused;
    const forged = `${token.slice(0, -2)}AA`;
    await expect(provider({ token: forged })()).rejects.toMatchObject({ kind: 'denied' });
    expect(broker.calls).toHaveLength(2);
  });

  it('reads the token for each request, and never for a session that is held', async () => {
    let reads = 0;
    const give = provider({
      token: () => {
        reads += 1;
        return Promise.resolve(tokenFor('alice', { jti: String(reads) }));
      },
    });
    await give();
    await give();
    expect(reads).toBe(1);
    shiftDate(60 * 60_000);
    await give();
    expect(reads).toBe(2);
    expect(new Set(broker.calls.map(({ token }) => token)).size).toBe(2);
  });

  it('refuses a token source that begins to speak for somebody else, and forgets what it held', async () => {
    let name = 'alice';
    const give = provider({ token: () => tokenFor(name) });
    await give();
    name = 'bob';
    shiftDate(60 * 60_000);
    await expect(give()).rejects.toMatchObject({ name: 'TokenHolderChanged' });
    expect(broker.calls).toHaveLength(1);
  });

  it("leaves a refusal as the broker's, and the SDK's chain ends there", async () => {
    broker.respond = () => refused;
    const client = new STSClient({
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:1',
      maxAttempts: 5,
      credentials: provider(),
    });
    await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'BrokerError',
      kind: 'denied',
      status: 403,
      message: 'No such grant is available to this caller.',
      problemType: 'https://stepkey.dev/problems/grant-refused',
      requestId: 'request-1',
      tryNextLink: false,
    });
    client.destroy();
    expect(broker.calls).toHaveLength(1);
  });

  it('waits for a broker that is away, as long as Retry-After says, within its patience', async () => {
    let requests = 0;
    broker.respond = ({ token }) => {
      requests += 1;
      return requests === 1 ? away({ 'retry-after': '0' }) : issuedFor(subOf(token));
    };
    await provider({ patienceMillis: 5_000 })();
    expect(requests).toBe(2);
    broker.respond = () => away({ 'retry-after': '60' });
    const before = performance.now();
    await expect(
      provider({ token: tokenFor('bob'), patienceMillis: 5_000 })(),
    ).rejects.toMatchObject({ kind: 'unavailable', retryAfterSeconds: 60 });
    expect(performance.now() - before).toBeLessThan(4_000);
  });

  it('keeps no more sessions than fit', async () => {
    cache = createSessionCache(2);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => provider({ token: tokenFor(name) }));
    await a?.();
    await b?.();
    await a?.();
    await c?.();
    await a?.();
    expect(broker.calls).toHaveLength(3);
    await b?.();
    expect(broker.calls).toHaveLength(4);
  });

  it('sends no token to an address that is neither https nor this machine', () => {
    expect(() => provider({ api: 'http://broker.example' })).toThrow(TypeError);
  });
});
