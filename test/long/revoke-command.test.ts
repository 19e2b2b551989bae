import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callApi } from '../support/twin/api.ts';
import { startCommandAtTwin, type CommandAtTwin } from '../support/twin/command-at-twin.ts';
import { signIn } from '../support/twin/people.ts';

describe('stepkey revoke, against the twin', () => {
  let world: CommandAtTwin;
  beforeAll(async () => {
    world = await startCommandAtTwin('oscar');
  });
  afterAll(() => world.stop());

  const revoke = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const ended = await world.stepkey.run(world.home, [
      ...['--profile', 'oscar', '--output', 'json', 'revoke'],
      ...args,
    ]);
    expect([ended.code, ended.code === 0 ? '' : ended.stderr]).toEqual([0, '']);
    return JSON.parse(ended.stdout === '' ? '{}' : ended.stdout) as Record<string, unknown>;
  };

  it('revokes a grant with a reason, shows it, lists it and restores it', async () => {
    const { idToken: token } = await signIn(world.twin, 'alice');
    const made = await revoke('grant', 'own-files', '--reason', 'case 4711');
    expect(made).toMatchObject({ target: { grant: 'own-files' }, reason: 'case 4711' });
    const id = String(made['revocationId']);
    expect(await revoke('show', id)).toMatchObject({ revocationId: id });
    expect(await revoke('list')).toMatchObject([{ revocationId: id, reason: 'case 4711' }]);
    let shown = await revoke('show', id);
    while (shown['status'] === 'requested') shown = await revoke('show', id);
    expect((await callApi(world.twin, 'POST', '/v1/credentials', { token })).status).toBe(403);
    await revoke('restore', id);
    while (shown['status'] !== 'restored') shown = await revoke('show', id);
    expect((await callApi(world.twin, 'POST', '/v1/credentials', { token })).status).toBe(200);
    expect(await revoke('restore', id)).toEqual({});
  });

  it('asks for a reason before it asks the broker', async () => {
    const ended = await world.stepkey.run(world.home, ['revoke', 'everything']);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain('--reason');
  });

  it('says that there is no revocation of an id, and where to find those that there are', async () => {
    for (const word of ['show', 'restore']) {
      const ended = await world.stepkey.run(world.home, [
        ...['--profile', 'oscar', 'revoke', word],
        '00000000-0000-8000-8000-000000000000',
      ]);
      expect([ended.code, ended.stderr]).toEqual([
        2,
        'stepkey: There is no revocation 00000000-0000-8000-8000-000000000000; take its id from: stepkey revoke list\n',
      ]);
    }
  });
});
