import { beforeEach, describe, expect, it } from '@jest/globals';

import type { Door } from '../../../../core/contracts/caller.ts';
import { validateToken } from '../../../../functions/decide/validate-token.ts';
import { frontAtNoon, type Front } from '../../../support/callers-front.ts';
import { callerOf } from '../../../support/callers.ts';
import { failureOf, nameOfFailure } from '../../../support/fakes/expect-failure.ts';
import { accessClaimsOf, idClaimsOf, machineClaimsOf, tokenOf } from '../../../support/tokens.ts';

let front: Front;
const run = (sealedToken: string, door: Door = 'id', onBehalfOf: string | null = null) =>
  validateToken(front.ports, front.context, { sealedToken, door, onBehalfOf, grant: null });
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
    const scope = 'stepkey/credentials';
    const access = front.present(accessClaimsOf({ scope }));
    expect(await run(await seal(access), 'access')).toEqual(
      callerOf({ tokenUse: 'access', scopes: [scope] }),
    );
    expect(await nameOfFailure(run(await seal(access), 'id'))).toBe('Token.Invalid');
    expect(await nameOfFailure(run(await seal(tokenOf()), 'access'))).toBe('Token.Invalid');
  });

  it.each<[string, string, Door, string | null, string]>([
    [
      'an access token without the scope',
      tokenOf(accessClaimsOf()),
      'access',
      null,
      'Token.ScopeMissing',
    ],
    ['a subject beside an ID token', tokenOf(), 'id', 'rita', 'Actor.Refused'],
    [
      'a subject beside a token for oneself',
      tokenOf(machineClaimsOf('service')),
      'access',
      'rita',
      'Token.ScopeMissing',
    ],
    [
      'no subject beside a token for acting',
      tokenOf(machineClaimsOf('batch')),
      'access',
      null,
      'Token.ScopeMissing',
    ],
    [
      'a subject beside a person’s token with the scope',
      tokenOf(accessClaimsOf({ scope: 'stepkey/act-as' })),
      'access',
      'rita',
      'Actor.Refused',
    ],
  ])('[SEC-20] refuses %s', async (_, token, door, onBehalfOf, name) => {
    const claims = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
    ) as Record<string, unknown>;
    front.present(claims);
    expect(await nameOfFailure(run(await seal(token), door, onBehalfOf))).toBe(name);
  });

  it('sees that the token has expired on the way', async () => {
    const sealed = await seal(tokenOf());
    front.clock.advance(3_300_000);
    const failure = await failureOf(run(sealed));
    expect(failure.name).toBe('Token.Expired');
    expect(failure.message).not.toContain(tokenOf());
  });
});

describe('[SEC-13] the machine’s own look at a warrant', () => {
  const warrant = {
    format: 1,
    batchId: 'batch-1',
    client: 'batch',
    clientSub: 'client-id',
    issuerAlias: 'users',
    scopes: ['stepkey/act-as'],
    tokenId: null,
    authTimeEpochSeconds: 1,
    expiresAtEpochSeconds: 4_000_000_000,
    grant: 'reports',
  };
  const present = async (
    sealedToken: Promise<string>,
    changes: { readonly onBehalfOf?: string | null; readonly grant?: string } = {},
  ) =>
    validateToken(front.ports, front.context, {
      sealedToken: await sealedToken,
      door: 'warrant',
      onBehalfOf: 'alice',
      grant: 'reports',
      ...changes,
    });
  const sealed = (purpose: 'warrant' | 'caller-token' = 'warrant') =>
    front.sealer.seal(purpose, '-', JSON.stringify(warrant));

  it('gives the machine that it speaks for, without asking anybody', async () => {
    expect(await present(sealed())).toMatchObject({ client: 'batch', kind: 'machine' });
    expect(front.journal).not.toContain('verify');
  });

  it('takes nothing that was sealed as a token, and no warrant as a token', async () => {
    expect(await nameOfFailure(present(sealed('caller-token')))).toBe('Sealing.Failed');
    expect(await nameOfFailure(run(await sealed(), 'access'))).toBe('Sealing.Failed');
  });

  it('is good for somebody else and for its grant only', async () => {
    expect(await nameOfFailure(present(sealed(), { onBehalfOf: null }))).toBe('Token.ScopeMissing');
    expect(await nameOfFailure(present(sealed(), { grant: 'own-files' }))).toBe('Token.Invalid');
  });
});
