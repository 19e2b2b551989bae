import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient, paginateScan, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { issuancesAnswer, type LedgerRecord } from '../../core/contracts/ledger-answers.ts';
import { startOpenTwin, type OpenTwin, type Twin } from '../../local/twin.ts';
import { buildCommandUnderTest, type CommandUnderTest, type Ended } from '../support/command.ts';
import { callApi } from '../support/twin/api.ts';
import { signIn } from '../support/twin/people.ts';
import { operatorOf } from '../support/twin/revocations.ts';

type Row = Record<string, AttributeValue>;

const copyName = 'stepkey-restored';
const KeySchema = [
  { AttributeName: 'pk', KeyType: 'HASH' },
  { AttributeName: 'sk', KeyType: 'RANGE' },
];

/** docs/backup.md, "If the whole table is gone": backup, loss, deployment, restoration, proof. */
describe('a table that was lost and restored', () => {
  let stateDirectory: string;
  let twin: OpenTwin;
  let stepkey: CommandUnderTest;
  let home: string;
  let heads: string;
  let before: readonly LedgerRecord[];
  let identityId: unknown;
  /** The backup: the table as it was at one moment. */
  let rowsBefore: readonly Row[];

  const start = (): Promise<OpenTwin> =>
    startOpenTwin({ stateDirectory, port: 0, awsPort: 0, users: 'demo' });
  const rowsOf = async ({ endpoints }: Twin, TableName: string): Promise<readonly Row[]> => {
    const client = clientOf(endpoints);
    const rows: Row[] = [];
    for await (const { Items = [] } of paginateScan({ client }, { TableName })) rows.push(...Items);
    client.destroy();
    return rows;
  };
  const clientOf = ({ aws, region, adminCredentials }: Twin['endpoints']): DynamoDBClient =>
    new DynamoDBClient({ endpoint: aws, region, credentials: adminCredentials });
  const listAll = async (): Promise<readonly LedgerRecord[]> => {
    const { accessToken: token } = await signIn(twin, 'audrey');
    const { body } = await callApi(twin, 'GET', '/v1/issuances?limit=100', { token });
    return issuancesAnswer.parse(body).records;
  };
  const ask = async (who: string) => {
    const { idToken: token } = await signIn(twin, who);
    return callApi(twin, 'POST', '/v1/credentials', { token, body: { grant: 'own-files' } });
  };
  const run = (...args: readonly string[]): Promise<Ended> =>
    stepkey.run(home, ['--profile', 'audrey', '--output', 'json', ...args]);
  const configure = async (): Promise<void> => {
    const file = join(stepkey.directory, 'endpoints.json');
    await writeFile(file, JSON.stringify(twin.endpoints), { mode: 0o600 });
    await stepkey.run(home, [
      ...['configure', '--endpoints', file, '--profile', 'audrey', '--username', 'audrey'],
    ]);
    await stepkey.run(home, ['login', '--profile', 'audrey', '--password-stdin'], {
      input: 'Correct-horse-1\n',
    });
  };
  const chained = async (kind: string): Promise<number> =>
    (await rowsOf(twin, twin.endpoints.table)).filter(
      ({ pk, record }) =>
        pk?.S?.startsWith('LEDGER#') === true && record?.S?.includes(`"kind":"${kind}"`) === true,
    ).length;

  beforeAll(async () => {
    stateDirectory = await mkdtemp(join(tmpdir(), 'stepkey-restore-'));
    [twin, stepkey] = await Promise.all([start(), buildCommandUnderTest()]);
    home = await stepkey.home();
    await configure();
    identityId = (await ask('alice')).body['identityId'];
    expect(identityId).toEqual(expect.any(String));
    await ask('alice');
    await ask('bob');
    const { idToken: token } = await signIn(twin, 'alice');
    await callApi(twin, 'POST', '/v1/credentials', { token, body: { grant: 'no-such-grant' } });
    const { accessToken } = await signIn(twin, 'bob');
    const bob = JSON.parse(
      Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString(),
    ) as {
      sub: string;
    };
    const operator = await operatorOf(twin);
    await operator.revokeNow({ subject: `users:${bob.sub}` });
    while ((await listAll()).length < 4);
    before = await listAll();
    heads = join(stepkey.directory, 'heads.json');
    await writeFile(heads, (await run('issuances', 'verify')).stdout);
    rowsBefore = await rowsOf(twin, twin.endpoints.table);
    const { table: TableName } = twin.endpoints;
    const deletion = () => twin.call('dynamodb', 'DeleteTable', { TableName });
    await expect(deletion()).rejects.toThrow('protected against deletion');
    await twin.services.dynamoDb.createTable({
      TableName,
      KeySchema,
      DeletionProtectionEnabled: false,
    });
    await deletion();
    await twin.stop();
    twin = await start();
    // What AWS makes of the backup: a table of another name.
    await twin.call('dynamodb', 'CreateTable', {
      TableName: copyName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema,
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
    });
    for (const Item of rowsBefore) {
      await twin.call('dynamodb', 'PutItem', { TableName: copyName, Item });
    }
    await configure();
  });
  afterAll(async () => {
    await Promise.all([twin.stop(), stepkey.remove()]);
    await rm(stateDirectory, { recursive: true, force: true });
  });

  it('is empty after the deployment, and the loss shows in what was noted of the chains', async () => {
    expect(await listAll()).toEqual([]);
    expect((await run('issuances', 'verify', '--heads', heads)).code).toBe(7);
  });

  it('has the same records at the same places again, each once, and the chains verify', async () => {
    const { aws, adminCredentials: admin, region, table } = twin.endpoints;
    const args = ['--from', copyName, '--to', table, '--region', region, '--endpoint', aws];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'tools/restore.ts', ...args],
      {
        env: {
          ...process.env,
          AWS_ACCESS_KEY_ID: admin.accessKeyId,
          AWS_SECRET_ACCESS_KEY: admin.secretAccessKey,
        },
      },
    );
    expect(stdout).toMatch(/^\d+ rows restored, 0 were there, [1-9]\d* left out/);
    const changing = rowsBefore.filter(({ pk, sk }) =>
      /^(SESSION|SUBJECT|REVOCATION)#.*\/(SESSION|SUBJECT|REVOCATION)$/s.test(
        `${pk?.S ?? ''}/${sk?.S ?? ''}`,
      ),
    ).length;
    // The stream is followed within moments: each row that came back is told of, once.
    while ((await chained('restoration')) < changing);
    expect(await listAll()).toEqual(before);
    const verified = await run('issuances', 'verify', '--heads', heads);
    expect([verified.code, verified.stderr]).toEqual([
      0,
      expect.stringContaining('none missing or changed'),
    ]);
    expect(await chained('restoration')).toBe(changing);
    const countOf = (kind: string) =>
      rowsBefore.filter(({ record }) => record?.S?.includes(`"kind":"${kind}"`)).length;
    for (const kind of ['session', 'issuance', 'denial', 'identity', 'revocation']) {
      expect([kind, await chained(kind)]).toEqual([kind, countOf(kind)]);
    }
  });

  it('gives the same person the same identity, and refuses whom it refused', async () => {
    const alice = await ask('alice');
    expect(alice).toMatchObject({ status: 200, body: { identityId, source: 'minted' } });
    const bob = await ask('bob');
    expect(bob.status).toBe(403);
    expect(JSON.stringify(bob.body)).toContain('revoked');
  });
});
