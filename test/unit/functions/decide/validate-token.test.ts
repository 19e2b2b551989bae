import { beforeEach, describe, expect, it } from '@jest/globals';

import type { Door } from '../../../../core/contracts/caller.ts';
import { validateToken } from '../../../../functions/decide/validate-token.ts';
import { frontAtNoon, type Front } from '../../../support/callers-front.ts';
import { callerOf } from '../../../support/callers.ts';
import { failureOf, nameOfFailure } from '../../../support/fakes/expect-failure.ts';
import { accessClaimsOf, idClaimsOf, tokenOf } from '../../../support/tokens.ts';

let front: Front;
const run = (sealedToken: string, door: Door = 'id') =>
  validateToken(front.ports, front.context, { sealedToken, door });
const seal = (token: string) => front.sealer.seal('caller-token', '-', token);

beforeEach(() => {
  front = frontAtNoon();
});

describe('[SEC-01] the machine’s own look at a token', () => {
  it('gives the caller, and nothing secret', async () => {
    const caller = await run(await seal(tokenOf()));
    expect(caller).toEqual(callerOf());
    expect(JSON.stringify(caller)).not.toContain(tokenOf().split('.')[2]);
  });

  it('opens the token before it verifies it', async () => {
    await run(await seal(tokenOf()));
    expect(front.journal).toEqual(['open', 'verify']);
  });

  it.each([
    ['for another purpose', () => front.sealer.seal('credentials', '-', tokenOf())],
    ['for a grant', () => front.sealer.seal('caller-token', 'own-files', tokenOf())],
    ['by nobody', () => Promise.resolve(tokenOf())],
  ])('takes no token that was sealed %s', async (_, sealed) => {
    expect(await nameOfFailure(run(await sealed()))).toBe('Sealing.Failed');
    expect(front.journal).toEqual(['open']);
  });

  it('trusts nothing that the front decided', async () => {
    const forged = tokenOf(idClaimsOf({ sub: 'somebody-else' }));
    expect(await nameOfFailure(run(await seal(forged)))).toBe('Token.Invalid');
  });

  it('reads the shape again', async () => {
    expect(await nameOfFailure(run(await seal(`${tokenOf()}=`)))).toBe('Token.Invalid');
    expect(front.journal).toEqual(['open']);
  });

  it('keeps to the door', async () => {
    const access = front.present(accessClaimsOf());
    expect(await run(await seal(access), 'access')).toEqual(callerOf({ tokenUse: 'access' }));
    expect(await nameOfFailure(run(await seal(access), 'id'))).toBe('Token.Invalid');
    expect(await nameOfFailure(run(await seal(tokenOf()), 'access'))).toBe('Token.Invalid');
  });

  it('sees that the token has expired on the way', async () => {
    const sealed = await seal(tokenOf());
    front.clock.advance(3_300_000);
    const failure = await failureOf(run(sealed));
    expect(failure.name).toBe('Token.Expired');
    expect(failure.message).not.toContain(tokenOf());
  });
});
