import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromHttp } from '@aws-sdk/credential-providers';
import { startAgent } from '../../../client/agent/agent.ts';
import type { Agent } from '../../../client/agent/options.ts';
import { fromStepkey } from '../../../client/from-stepkey.ts';
import { createSessionCache, type SessionCache } from '../../../client/session-cache.ts';
import { readClaims } from '../../../client/token-claims.ts';
import type { Twin } from '../../../local/twin.ts';
import { callApi } from '../../support/twin/api.ts';
import { openGate, type ApiGate } from '../../support/twin/api-gate.ts';
import { startDemoTwin } from '../../support/twin/demo-twin.ts';
import { signIn } from '../../support/twin/people.ts';
import { preparePython, run } from './python.ts';

// One file, though long: its stories share one twin.

const { python, reason } = await preparePython();
if (reason !== null) process.stderr.write(`boto3 through the agent: skipped, ${reason}\n`);
const whereThereIsPython = python === null ? it.skip : it;

const turnMillis = 5 * 60_000;
const turns = 100;

let twin: Twin;
let gate: ApiGate;
let agent: Agent;
let cache: SessionCache;
let directory: string;
let aheadMillis = 0;
const clients: { destroy: () => void }[] = [];
const lines: string[] = [];

let signInsUnderWay = 0;

/** Time that jumps while somebody signs in or the broker works would cut them off: it waits until all is quiet. */
const nextTurn = async (): Promise<void> => {
  for (let quiet = 0; quiet < 4; quiet += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (signInsUnderWay + gate.underWay() > 0) quiet = -1;
  }
  aheadMillis += turnMillis;
  await twin.setClockAhead(aheadMillis);
};

/** A person's ID token, from a new sign-in when less than a minute is left of it. */
const signedIn = (username: string) => {
  let token = '';
  const source = {
    signIns: 0,
    read: async (): Promise<string> => {
      const endsAt = (readClaims(token)?.expiresAtEpochSeconds ?? 0) * 1000;
      if (endsAt - Date.now() > 60_000) return token;
      source.signIns += 1;
      signInsUnderWay += 1;
      try {
        token = (await signIn(twin, username)).idToken;
      } finally {
        signInsUnderWay -= 1;
      }
      return token;
    },
  };
  return source;
};

type Credentials = ReturnType<typeof fromStepkey>;

const s3With = (credentials: Credentials): S3Client => {
  const client = new S3Client({
    region: twin.endpoints.region,
    endpoint: twin.endpoints.aws,
    forcePathStyle: true,
    credentials,
  });
  clients.push(client);
  return client;
};

/** As a process has it whose environment names the agent, or the API itself. */
const containerProvider = (uri: string, tokenFile: string): Credentials =>
  fromHttp({
    awsContainerCredentialsFullUri: uri,
    awsContainerAuthorizationTokenFile: tokenFile,
  }) as Credentials;

const prefixOf = async (username: string): Promise<string> => {
  const { idToken } = await signIn(twin, username);
  const { body } = await callApi(twin, 'GET', '/v1/identity', { token: idToken });
  return `private/${String(body['identityId'])}`;
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stepkey-refresh-'));
  twin = await startDemoTwin();
  gate = await openGate(twin);
  cache = createSessionCache();
  agent = await startAgent({
    api: gate.url,
    profiles: Object.fromEntries(
      ['alice', 'bob', 'frank'].map((name) => [name, { token: signedIn(name).read }]),
    ),
    log: (line) => lines.push(line),
  });
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await agent.stop();
  cache.stop();
  await gate.close();
  await twin.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('a caller who is refused', () => {
  it('costs the broker one request with fromStepkey, however the SDK is set to retry', async () => {
    const token = (await signIn(twin, 'frank')).idToken;
    const before = gate.requests.length;
    const sts = new STSClient({
      region: twin.endpoints.region,
      endpoint: twin.endpoints.aws,
      maxAttempts: 5,
      credentials: fromStepkey({ api: gate.url, token, grant: 'own-files', cache }),
    });
    clients.push(sts);
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'BrokerError',
      kind: 'denied',
      message: 'No such grant is available to this caller.',
      tryNextLink: false,
    });
    expect(gate.requests.length - before).toBe(1);
  });

  it('costs it one request through the agent, although SDKs ask again by themselves', async () => {
    const before = gate.requests.length;
    const uri = agent.environment('frank', 'own-files').AWS_CONTAINER_CREDENTIALS_FULL_URI;
    await expect(containerProvider(uri, agent.tokenFile)()).rejects.toMatchObject({
      Code: 'Broker.grant-refused',
      Message: expect.stringContaining('No such grant is available to this caller.') as unknown,
    });
    expect(gate.requests.length - before).toBe(1);
  });
});

describe('the AWS CLI', () => {
  whereThereIsPython('is served through the agent, and told why where it is refused', async () => {
    const callerOf = (profile: string) =>
      run(python ?? '', ['-m', 'awscli', 'sts', 'get-caller-identity'], {
        env: {
          ...agent.environment(profile, 'own-files'),
          AWS_DEFAULT_REGION: twin.endpoints.region,
          AWS_ENDPOINT_URL: twin.endpoints.aws,
          AWS_EC2_METADATA_DISABLED: 'true',
          HOME: directory,
        },
        cwd: directory,
        timeoutMillis: 50_000,
      });
    const before = gate.requests.length;
    const [served, refused] = await Promise.all([callerOf('bob'), callerOf('frank')]);
    expect({ code: served.code, stderr: served.stderr }).toEqual({ code: 0, stderr: '' });
    expect(served.stdout).toContain('assumed-role/stepkey-own-files/');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('No such grant is available to this caller.');
    expect(gate.requests.length - before).toBeLessThanOrEqual(2);
  });
});

describe('a hundred turns, five minutes apart, across the end of every session and token', () => {
  it('fail no call of the SDK for JavaScript: provider, agent, and the API itself', async () => {
    const { bucket } = twin.endpoints;
    const [alices, bobs] = [await prefixOf('alice'), await prefixOf('bob')];
    const alice = signedIn('alice');
    const bob = signedIn('bob');
    const tokenFile = join(directory, 'token');
    const stepkey = fromStepkey({ api: gate.url, token: alice.read, grant: 'own-files', cache });
    const doors = [
      { prefix: alices, client: s3With(stepkey) },
      {
        prefix: bobs,
        client: s3With(
          containerProvider(
            agent.environment('bob', 'own-files').AWS_CONTAINER_CREDENTIALS_FULL_URI,
            agent.tokenFile,
          ),
        ),
      },
      {
        prefix: bobs,
        client: s3With(
          containerProvider(`${twin.endpoints.api}/v1/container-credentials/own-files`, tokenFile),
        ),
      },
    ];
    const keysOfAlice = new Set<string>();
    const before = gate.requests.length;
    let [closed, outages, turnsAway] = [false, 0, 0];
    for (let turn = 0; turn < turns; turn += 1) {
      await nextTurn();
      await writeFile(tokenFile, await bob.read(), { mode: 0o600 });
      // A new process of bob's at each turn: the agent is asked, as timers do not run with the moved clock.
      const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri } = agent.environment('bob', 'own-files');
      const { expiration } = await containerProvider(uri, agent.tokenFile)();
      // The broker goes away for ten minutes when the agent is about to renew, three times.
      turnsAway += closed ? 1 : 0;
      if (turnsAway === 2) {
        await gate.open();
        [closed, turnsAway] = [false, 0];
      } else if (!closed && outages < 3 && expiration.getTime() - Date.now() < 31 * 60_000) {
        await gate.close();
        [closed, outages] = [true, outages + 1];
      }
      for (const [door, { prefix, client }] of doors.entries()) {
        const place = { Bucket: bucket, Key: `${prefix}/turn-${String(door)}` };
        await client.send(new PutObjectCommand({ ...place, Body: String(turn) }));
        const { Body } = await client.send(new GetObjectCommand(place));
        expect(await Body?.transformToString()).toBe(String(turn));
      }
      keysOfAlice.add((await stepkey()).accessKeyId);
    }
    // 500 minutes in sessions of 60, each replaced 20 to 25 min before its end; nobody asks at every turn.
    expect(keysOfAlice.size).toBeGreaterThanOrEqual(9);
    expect(outages).toBe(3);
    // A token of 60 min is read only when a session is asked for.
    expect(alice.signIns).toBeGreaterThanOrEqual(5);
    expect(gate.requests.length - before).toBeLessThan(turns);
  });

  whereThereIsPython('fail no call of boto3 through the agent', async () => {
    const turn = createServer((_, response) => {
      void nextTurn().then(() => {
        response.end(JSON.stringify({ aheadMillis }));
      });
    });
    await new Promise<void>((resolve) => turn.listen(0, '127.0.0.1', resolve));
    const ran = await run(python ?? '', ['-m', 'unittest', 'check_refresh'], {
      env: {
        ...agent.environment('alice', 'own-files'),
        AWS_DEFAULT_REGION: twin.endpoints.region,
        AWS_ENDPOINT_URL: twin.endpoints.aws,
        AWS_EC2_METADATA_DISABLED: 'true',
        BUCKET: twin.endpoints.bucket,
        HOME: directory,
        KEY: `${await prefixOf('alice')}/boto`,
        NEXT_TURN: `http://127.0.0.1:${String((turn.address() as AddressInfo).port)}`,
        PYTHONDONTWRITEBYTECODE: '1',
      },
      cwd: join(import.meta.dirname, 'boto'),
      timeoutMillis: 50_000,
    });
    turn.close();
    expect(ran.code === 0 ? '' : ran.stderr).toBe('');
  });

  it('while the agent said that the broker was away, and back, and nothing secret', () => {
    const text = lines.join('\n');
    expect(text).toContain('did not answer. Serving what is held until');
    expect(text).toContain('the broker answers again');
    expect(text).not.toMatch(/ASIA|eyJ/);
  });
});
