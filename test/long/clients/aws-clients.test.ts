import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Twin } from '../../../local/twin.ts';
import { startDemoTwin } from '../../support/twin/demo-twin.ts';
import { preparePython, run } from './python.ts';
import type { Ran } from './python.ts';

const { python, reason } = await preparePython();
if (reason !== null)
  process.stderr.write(`AWS CLI and boto3 against the twin: skipped, ${reason}\n`);
const whereThereIsPython = python === null ? describe.skip : describe;

const timeoutMillis = 50_000;

let twin: Twin;
let directory: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  if (python === null) return;
  directory = await mkdtemp(join(tmpdir(), 'stepkey-clients-'));
  twin = await startDemoTwin();
  const { aws, region, adminCredentials } = twin.endpoints;
  // Nothing of the person's own: no profile, no proxy, no other endpoint.
  env = {
    AWS_ACCESS_KEY_ID: adminCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: adminCredentials.secretAccessKey,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: aws,
    // StartSyncExecution would go to `sync-127.0.0.1`.
    AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    HOME: directory,
    LANG: 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUTF8: '1',
    TWIN_ENDPOINTS: JSON.stringify(twin.endpoints),
  };
});
afterAll(async () => {
  if (python === null) return;
  await twin.stop();
  await rm(directory, { recursive: true, force: true });
});

whereThereIsPython('boto3', () => {
  it.each([
    'check_cognito_idp',
    'check_cognito_identity',
    'check_sts',
    'check_storage',
    'check_states_and_logs',
    'check_events_and_streams',
    'check_iam',
    'check_not_emulated',
  ])('passes %s', async (name) => {
    const ran = await run(python ?? '', ['-m', 'unittest', name], {
      env,
      cwd: join(import.meta.dirname, 'boto'),
      timeoutMillis,
    });
    // The whole report of unittest, where something failed.
    expect(ran.code === 0 ? '' : ran.stderr).toBe('');
  });
});

const aws = (...args: readonly string[]): Promise<Ran> =>
  run(python ?? '', ['-m', 'awscli', ...args], { env, cwd: directory, timeoutMillis });

/** What the command printed; its report where it failed. */
const answerOf = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await aws(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};

const jsonOf = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
  JSON.parse(await answerOf(...args)) as Record<string, unknown>;

/** The last line of a refusal. */
const refusalOf = async (...args: readonly string[]): Promise<string> => {
  const { code, stderr } = await aws(...args);
  expect(code).not.toBe(0);
  return stderr.trim().split('\n').at(-1) ?? '';
};

whereThereIsPython('the AWS CLI', () => {
  it('signs people in and administers them', async () => {
    const { userPoolId, clients } = twin.endpoints;
    const start = ['cognito-idp', 'initiate-auth', '--auth-flow', 'USER_PASSWORD_AUTH'] as const;
    const client = ['--client-id', clients.cli.clientId] as const;
    const [signedIn, users, refused] = await Promise.all([
      jsonOf(...start, ...client, '--auth-parameters', 'USERNAME=alice,PASSWORD=Correct-horse-1'),
      jsonOf(
        'cognito-idp',
        'list-users',
        '--user-pool-id',
        userPoolId,
        '--filter',
        'username="bob"',
      ),
      refusalOf(...start, ...client, '--auth-parameters', 'USERNAME=alice,PASSWORD=Wrong-horse-1'),
    ]);
    expect(signedIn).toMatchObject({ AuthenticationResult: { TokenType: 'Bearer' } });
    expect(users).toMatchObject({ Users: [{ Username: 'bob', UserStatus: 'CONFIRMED' }] });
    expect(refused).toContain(
      '(NotAuthorizedException) when calling the InitiateAuth operation: Incorrect username or password.',
    );
  });

  it('copies files to and from S3, whatever their names, and lists and removes them', async () => {
    const { bucket } = twin.endpoints;
    const folder = `s3://${bucket}/cli`;
    const names = ['plain.txt', 'a:b ü€.txt'];
    await Promise.all(
      names.map((name) => writeFile(join(directory, name), `the content of ${name}`)),
    );
    await Promise.all(names.map((name) => answerOf('s3', 'cp', name, `${folder}/${name}`)));
    const [listed, head, part] = await Promise.all([
      answerOf('s3', 'ls', `${folder}/`),
      jsonOf('s3api', 'head-object', '--bucket', bucket, '--key', 'cli/plain.txt'),
      answerOf(
        's3api',
        'get-object',
        '--bucket',
        bucket,
        '--key',
        'cli/plain.txt',
        '--range',
        'bytes=4-10',
        'part',
      ),
      ...names.map((name) => answerOf('s3', 'cp', `${folder}/${name}`, `back ${name}`)),
    ]);
    for (const name of names) {
      expect(listed).toContain(name);
      expect(await readFile(join(directory, `back ${name}`), 'utf8')).toBe(
        `the content of ${name}`,
      );
    }
    expect(head).toMatchObject({ ContentLength: 24, ContentType: 'text/plain' });
    expect(JSON.parse(part)).toMatchObject({ ContentRange: 'bytes 4-10/24' });
    expect(await readFile(join(directory, 'part'), 'utf8')).toBe('content');
    await answerOf('s3', 'rm', '--recursive', folder);
    expect(await refusalOf('s3', 'cp', `${folder}/plain.txt`, 'gone')).toContain('(404)');
  });

  it('seals and opens, reads and writes items, and says who it is', async () => {
    const { table, adminCredentials, accountId } = twin.endpoints;
    const described = await jsonOf('dynamodb', 'describe-table', '--table-name', table);
    const { SSEDescription } = described['Table'] as {
      SSEDescription: { KMSMasterKeyArn: string };
    };
    await writeFile(join(directory, 'secret'), 'the secret');
    const key = { pk: { S: 'CLI#1' }, sk: { S: 'ROW' } };
    const keyText = JSON.stringify(key);
    const onTable = ['--table-name', table] as const;
    const [sealed, , caller] = await Promise.all([
      jsonOf(
        'kms',
        'encrypt',
        '--key-id',
        SSEDescription.KMSMasterKeyArn,
        '--plaintext',
        'fileb://secret',
      ),
      answerOf('dynamodb', 'put-item', ...onTable, '--item', keyText),
      jsonOf('sts', 'get-caller-identity'),
    ]);
    const blob = Buffer.from(String(sealed['CiphertextBlob']), 'base64');
    await writeFile(join(directory, 'sealed'), blob);
    const [opened, found, twice] = await Promise.all([
      jsonOf('kms', 'decrypt', '--ciphertext-blob', 'fileb://sealed'),
      jsonOf('dynamodb', 'get-item', ...onTable, '--key', keyText),
      refusalOf(
        'dynamodb',
        'put-item',
        ...onTable,
        '--item',
        keyText,
        '--condition-expression',
        'attribute_not_exists(pk)',
      ),
    ]);
    expect(Buffer.from(String(opened['Plaintext']), 'base64').toString()).toBe('the secret');
    expect(found).toEqual({ Item: key });
    expect(twice).toContain('(ConditionalCheckFailedException)');
    expect(caller).toMatchObject({ Account: accountId });
    expect(JSON.stringify(caller)).not.toContain(adminCredentials.secretAccessKey);
  });

  it('runs the state machine and reads its log', async () => {
    const machine = twin.endpoints.stateMachines['issue-credentials'] ?? '';
    const started = await jsonOf(
      'stepfunctions',
      'start-sync-execution',
      '--state-machine-arn',
      machine,
      '--input',
      '{}',
    );
    expect(started).toMatchObject({ status: 'FAILED', stateMachineArn: machine });
    const [log, absent] = await Promise.all([
      jsonOf(
        'logs',
        'filter-log-events',
        '--log-group-name',
        '/aws/vendedlogs/states/stepkey-issue-credentials',
        '--filter-pattern',
        '{ $.type = "ExecutionFailed" }',
      ),
      refusalOf('stepfunctions', 'list-activities'),
    ]);
    expect(JSON.stringify(log)).toContain(String(started['executionArn']));
    expect(absent).toContain('(NotImplemented)');
  });
});
