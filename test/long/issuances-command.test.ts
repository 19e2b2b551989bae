import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LedgerRecord } from '../../core/contracts/ledger-answers.ts';
import type { Ended } from '../support/command.ts';
import { callApi } from '../support/twin/api.ts';
import { startCommandAtTwin, type CommandAtTwin } from '../support/twin/command-at-twin.ts';
import { signIn } from '../support/twin/people.ts';

describe('stepkey issuances, against the twin', () => {
  let world: CommandAtTwin;
  let minted: Record<string, unknown> = {};
  const run = (...args: readonly string[]): Promise<Ended> =>
    world.stepkey.run(world.home, [
      '--profile',
      'audrey',
      '--output',
      'json',
      'issuances',
      ...args,
    ]);
  const list = async (...args: readonly string[]): Promise<readonly LedgerRecord[]> => {
    const { code, stdout, stderr } = await run('list', ...args);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as readonly LedgerRecord[];
  };

  beforeAll(async () => {
    world = await startCommandAtTwin('audrey');
    const { idToken: token } = await signIn(world.twin, 'alice');
    minted = (await callApi(world.twin, 'POST', '/v1/credentials', { token })).body;
    await callApi(world.twin, 'POST', '/v1/credentials', { token });
    // Lists are made from the table's stream, which is followed within moments.
    while ((await list()).length < 2);
  });
  afterAll(() => world.stop());

  it('lists by filters, some or all, and says where to go on', async () => {
    const all = await list('--subject', String(minted['subject']), '--all');
    expect(all.map(({ outcome }) => outcome)).toEqual(['cache', 'minted']);
    const { stdout, stderr } = await run('list', '--limit', '1');
    expect(JSON.parse(stdout)).toEqual([all[0]]);
    const cursor = /--cursor (\S+),/.exec(stderr)?.[1] ?? '';
    expect(await list('--cursor', cursor)).toEqual([all[1]]);
  });

  it('shows one with its session and steps', async () => {
    const { code, stdout } = await run('show', String(minted['issuanceId']));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      record: { id: minted['issuanceId'] },
      session: { sessionId: minted['sessionId'], status: 'minted' },
      steps: { status: 'succeeded' },
    });
  });

  it('says of an id that there is none, and to others than auditors whom it is for', async () => {
    const none = await run('show', 'no-such-id');
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no-such-id')]);
    const asAlice = (...args: readonly string[]): Promise<Ended> =>
      world.stepkey.run(world.home, ['--profile', 'alice', ...args], {
        input: 'Correct-horse-1\n',
      });
    await asAlice('configure', '--endpoints', world.endpointsFile);
    await asAlice('login', '--username', 'alice', '--password-stdin');
    const claims = join(world.stepkey.directory, 'claims.json');
    await writeFile(claims, '{"cognito:groups":["writers"]}');
    for (const [args, group] of [
      [['issuances', 'list'], 'auditors'],
      [['revoke', 'list'], 'operators'],
      [['decide', '--claims', claims], 'auditors'],
    ] as const) {
      const refused = await asAlice(...args);
      expect([refused.code, refused.stderr]).toEqual([
        4,
        expect.stringContaining(`people of the group ${group}`),
      ]);
      expect(refused.stderr).not.toContain('stepkey login');
    }
  });

  it('shows of a refusal every rule that was tried', async () => {
    const { idToken: token } = await signIn(world.twin, 'alice');
    await callApi(world.twin, 'POST', '/v1/credentials', { token, body: { grant: 'team-read' } });
    let denied: LedgerRecord | undefined;
    while (denied === undefined) [denied] = await list('--outcome', 'denied');
    const { stdout } = await run('show', denied.id, '--output', 'table');
    expect(stdout).toMatch(/^error +Grant\.Refused$/m);
    expect(stdout).not.toMatch(/^accessKeyId/m);
    expect(stdout).toMatch(/^team-read +true +true +0 +allow +false +groups\.anyOf$/m);
  });

  it('verifies the chains, and names a record that was tampered with [SEC-40]', async () => {
    const whole = await run('verify');
    expect([whole.code, whole.stderr]).toEqual([
      0,
      expect.stringContaining('none missing or changed'),
    ]);
    const positions = JSON.parse(whole.stdout) as { shard: number; sequence: number }[];
    const heads = join(world.stepkey.directory, 'heads.json');
    await writeFile(heads, whole.stdout);
    const { shard = -1, sequence: last = 0 } = positions.find(({ sequence }) => sequence > 1) ?? {};
    const TableName = world.twin.endpoints.table;
    const keyOf = (sequence: number) => ({
      pk: { S: `LEDGER#${String(shard)}` },
      sk: { S: String(sequence).padStart(12, '0') },
    });
    const { Item } = (await world.twin.call('dynamodb', 'GetItem', {
      TableName,
      Key: keyOf(1),
    })) as {
      Item: { record: { S: string } };
    };
    const record = { S: Item.record.S.replace('users:', 'users;') };
    await world.twin.call('dynamodb', 'PutItem', { TableName, Item: { ...Item, record } });
    const changed = await run('verify', '--shard', String(shard));
    expect([changed.code, changed.stderr.trim()]).toEqual([
      7,
      `Record 1 of chain ${String(shard)} is changed.`,
    ]);
    await world.twin.call('dynamodb', 'PutItem', { TableName, Item });
    await world.twin.call('dynamodb', 'DeleteItem', { TableName, Key: keyOf(last) });
    expect((await run('verify')).code).toBe(0);
    const cut = await run('verify', '--heads', heads);
    expect([cut.code, cut.stderr.trim()]).toEqual([
      7,
      `Record ${String(last)} of chain ${String(shard)} is missing.`,
    ]);
  });
});
