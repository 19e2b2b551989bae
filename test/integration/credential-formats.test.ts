/** What SDKs punish at every door: one wrong key, a missing Z, a newline after the bearer. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { startAgent } from '../../client/agent/agent.ts';
import type { Agent } from '../../client/agent/options.ts';
import type { Twin } from '../../local/twin.ts';
import { buildCommandUnderTest, type CommandUnderTest, type Ended } from '../support/command.ts';
import { callApi } from '../support/twin/api.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { tokenOfMachine } from '../support/twin/machines.ts';
import { signIn } from '../support/twin/people.ts';

let twin: Twin;
let stepkey: CommandUnderTest;
let home: string;
let agent: Agent;
let alice: string;
let service: string;

beforeAll(async () => {
  [twin, stepkey] = await Promise.all([startDemoTwin(), buildCommandUnderTest()]);
  home = await stepkey.home();
  alice = (await signIn(twin, 'alice')).idToken;
  service = await tokenOfMachine(twin, 'service');
  agent = await startAgent({
    api: twin.endpoints.api,
    profiles: { alice: { token: () => alice } },
    log: () => undefined,
  });
});
afterAll(async () => {
  await agent.stop();
  await twin.stop();
  await stepkey.remove();
});

interface Got {
  readonly status: number;
  readonly body: unknown;
}

const post = async (path: string, token: string, grant: string): Promise<Got> => {
  const { status, body } = await callApi(twin, 'POST', path, { token, body: { grant } });
  return { status, body: body['credentials'] ?? body };
};
const get = (path: string, token: string, grant: string): Promise<Got> =>
  callApi(twin, 'GET', `${path}/${grant}`, { token });

/** As an SDK does: address and token file from the environment, the file's bytes as the header. */
const fromAgent = async (grant: string): Promise<Got> => {
  const variables = agent.environment('alice', grant);
  const bearer = await readFile(variables.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, 'utf8');
  return new Promise((resolve, reject) => {
    // Not `fetch`, which says that it is a browser's.
    const asked = request(
      variables.AWS_CONTAINER_CREDENTIALS_FULL_URI,
      { headers: { authorization: bearer } },
      (answer) => {
        text(answer).then((body) => {
          resolve({ status: answer.statusCode ?? 0, body: JSON.parse(body) as unknown });
        }, reject);
      },
    );
    asked.on('error', reject);
    asked.end();
  });
};

const run = (...args: readonly string[]): Promise<Ended> =>
  stepkey.run(home, args, { env: { STEPKEY_API: twin.endpoints.api, STEPKEY_TOKEN: alice } });

/** Asked for once and printed as an object, so that what the command sets is told from what was there. */
const printed = 'console.log(JSON.stringify(process.env))';
const awsVariablesIn = (entries: Iterable<readonly [string, string | undefined]>): object =>
  Object.fromEntries([...entries].filter(([name]) => name.startsWith('AWS_')));

const accessKeyId = expect.stringMatching(/^ASIA[A-Z0-9]{16}$/);
const secret = expect.stringMatching(/^\S{40}$/);
const sessionToken = expect.stringMatching(/^\S{100,}$/);
const end = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

const inJson = { accessKeyId, secretAccessKey: secret, sessionToken, expiration: end };
const inContainer = {
  AccessKeyId: accessKeyId,
  SecretAccessKey: secret,
  Token: sessionToken,
  Expiration: end,
};
const inProcess = {
  Version: 1,
  AccessKeyId: accessKeyId,
  SecretAccessKey: secret,
  SessionToken: sessionToken,
  Expiration: end,
};
const inVariables = {
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secret,
  AWS_SESSION_TOKEN: sessionToken,
  AWS_CREDENTIAL_EXPIRATION: end,
};

describe('credentials have exactly these keys, and texts where SDKs read texts', () => {
  it.each<[string, object, () => Promise<Got>]>([
    ['POST /v1/credentials', inJson, () => post('/v1/credentials', alice, 'own-files')],
    [
      'POST /v1/exchange/credentials',
      inJson,
      () => post('/v1/exchange/credentials', service, 'service-self'),
    ],
    [
      'GET /v1/container-credentials/{grant}',
      inContainer,
      () => get('/v1/container-credentials', alice, 'own-files'),
    ],
    [
      'GET /v1/exchange/container-credentials/{grant}',
      inContainer,
      () => get('/v1/exchange/container-credentials', service, 'service-self'),
    ],
    ['the agent', inContainer, () => fromAgent('own-files')],
  ])('at %s', async (_, keys, ask) => {
    const { status, body } = await ask();
    expect({ status, body }).toEqual({ status: 200, body: keys });
  });

  it('from credential_process, with nothing else on its output', async () => {
    const { code, stdout } = await run('credential-process', '--grant', 'own-files');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(inProcess);
  });

  it('from stepkey env, one export a line', async () => {
    const { code, stdout } = await run('env', '--grant', 'own-files');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    const exported = lines.map((line) => /^export (\w+)='([^']+)'$/.exec(line) ?? []);
    expect(awsVariablesIn(exported.map(([, name = '', value]) => [name, value]))).toEqual(
      inVariables,
    );
    expect(lines).toHaveLength(Object.keys(inVariables).length);
  });

  it('from stepkey exec, and no token of ours', async () => {
    const command = ['exec', '--grant', 'own-files', '--', process.execPath, '-e', printed];
    const { code, stdout } = await run(...command);
    expect(code).toBe(0);
    const environment = JSON.parse(stdout) as Record<string, string>;
    expect(awsVariablesIn(Object.entries(environment))).toEqual(inVariables);
    expect(environment['STEPKEY_TOKEN']).toBeUndefined();
  });
});

it('the token file is the bearer and nothing after it', async () => {
  expect(await readFile(agent.tokenFile, 'utf8')).toMatch(/^\S+$/);
});

describe('a refusal is named as SDKs read it', () => {
  it.each<[string, string, () => Promise<Got>]>([
    [
      'GET /v1/container-credentials/{grant}',
      'Grant.Refused',
      () => get('/v1/container-credentials', alice, 'none'),
    ],
    [
      'GET /v1/exchange/container-credentials/{grant}',
      'Grant.Refused',
      () => get('/v1/exchange/container-credentials', service, 'none'),
    ],
    ['the agent', 'Broker.grant-refused', () => fromAgent('none')],
  ])('at %s, under both spellings', async (_, refusal, ask) => {
    const { status, body } = await ask();
    const { code, message, Code, Message } = body as Record<string, unknown>;
    expect(status).toBe(403);
    expect(code).toBe(refusal);
    expect({ Code, Message }).toEqual({ Code: code, Message: message });
    expect(message).toMatch(/^No such grant is available to this caller\./);
  });

  it.each(['/v1/credentials', '/v1/exchange/credentials'])(
    'at POST %s, as a problem and nothing of a container',
    async (path) => {
      const token = path === '/v1/credentials' ? alice : service;
      const { status, body } = await post(path, token, 'none');
      expect(status).toBe(403);
      expect(body).toMatchObject({ type: expect.any(String), status: 403 });
      expect(body).not.toHaveProperty('Code');
    },
  );

  it.each(['credential-process', 'env'])('by stepkey %s, with an empty output', async (command) => {
    const { code, stdout, stderr } = await run(command, '--grant', 'none');
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
  });
});
