import { beforeEach, describe, expect, it } from '@jest/globals';

import { getIdentity } from '../../../../functions/api/get-identity.ts';
import { frontAtNoon, type Front } from '../../../support/callers-front.ts';
import { callerOf } from '../../../support/callers.ts';
import { failureOf } from '../../../support/fakes/expect-failure.ts';
import { identityId } from '../../../support/grants.ts';

let front: Front;
const run = (
  identityMode: 'linked' | 'developer' = 'linked',
  changes: Parameters<typeof callerOf>[0] = {},
) =>
  getIdentity(
    front.ports,
    { ...front.context, identityMode },
    { ...front.request, caller: callerOf(changes) },
  );
const found = { outcome: 'identity', identityId, linked: true } as const;

beforeEach(() => {
  front = frontAtNoon();
  front.machine.endIn(() => found);
});

describe('[SEC-05] the identity of a caller', () => {
  it('is read where it is known, and nothing else is done', async () => {
    await front.register();
    expect(await run()).toEqual({ identityId, linked: true });
    expect(front.journal).toEqual(['read']);
  });

  it('is registered by the machine on first sight, without a grant', async () => {
    expect(await run()).toEqual({ identityId, linked: true });
    expect(front.journal).toEqual(['read', 'seal', 'run']);
    const [execution] = front.machine.executions;
    expect(execution?.input).toMatchObject({ kind: 'identity', grant: null, roleArn: null });
    expect(await front.sealer.open('caller-token', '-', execution?.input.sealedToken ?? '')).toBe(
      front.request.token,
    );
  });

  it('is linked once the person’s own token is at hand', async () => {
    await front.register(false);
    expect(await run()).toEqual({ identityId, linked: true });
    expect(front.machine.executions).toHaveLength(1);
  });

  it.each([
    ['linking is switched off', 'developer', {}],
    ['there is only an access token', 'linked', { tokenUse: 'access' }],
  ] as const)('is not linked where %s', async (_, mode, caller) => {
    await front.register(false);
    expect(await run(mode, caller)).toEqual({ identityId, linked: false });
    expect(front.machine.executions).toEqual([]);
  });

  it.each([`SUBJECT#${callerOf().subject}`, 'CLIENT#app', 'EVERYTHING'] as const)(
    'is not told after a revocation of %s',
    async (key) => {
      await front.register();
      front.table.putRevocation(key, { suspensions: 1 });
      expect((await failureOf(run())).name).toBe('Subject.Revoked');
      expect(front.machine.executions).toEqual([]);
    },
  );

  it('is no matter of a grant’s revocation', async () => {
    await front.register();
    front.table.putRevocation('GRANT#own-files', { suspensions: 1 });
    expect(await run()).toEqual({ identityId, linked: true });
  });

  it('passes a conflict on', async () => {
    front.machine.failWith('Identity.Conflict');
    expect((await failureOf(run())).name).toBe('Identity.Conflict');
  });

  it('is not taken from another kind of outcome', async () => {
    front.machine.endIn(() => ({ outcome: 'in-progress' }));
    expect((await failureOf(run())).name).toBe('Config.Invalid');
  });
});
