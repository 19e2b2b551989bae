import { describe, expect, it } from '@jest/globals';

import { authenticate } from '../../../../core/token/authenticate.ts';
import { callerOf } from '../../../support/callers.ts';
import { failureOf } from '../../../support/fakes/expect-failure.ts';
import { fakeTokenVerifier } from '../../../support/fakes/fake-token-verifier.ts';
import { fakeClock } from '../../../support/fakes/fixed-clock.ts';
import { idClaimsOf, tokenOf, userPool } from '../../../support/tokens.ts';

const arrange = (claims = idClaimsOf()) => {
  const clock = fakeClock();
  const verifier = fakeTokenVerifier(clock);
  const verified: string[] = [];
  const ports = {
    clock,
    verifier: {
      verify: (...args: Parameters<typeof verifier.verify>) => {
        verified.push(args[0]);
        return verifier.verify(...args);
      },
    },
  };
  const token = tokenOf(claims);
  verifier.accept(token, claims);
  const context = { userPools: [userPool], referencedClaims: new Set<string>() };
  return {
    token,
    verified,
    verifier,
    run: (presented = token) => authenticate(presented, 'id', ports, context),
  };
};

describe('[SEC-01] authentication', () => {
  it('reads the caller from the verified claims', async () => {
    expect(await arrange().run()).toEqual(callerOf());
  });

  it('asks for no signature of a token of the wrong shape', async () => {
    const { run, verified, token } = arrange();
    expect((await failureOf(run(`${token}=`))).name).toBe('Token.Invalid');
    expect(verified).toEqual([]);
  });

  it('believes no claim before the signature', async () => {
    const { run } = arrange();
    const forged = tokenOf(idClaimsOf({ sub: 'somebody-else' }));
    expect((await failureOf(run(forged))).name).toBe('Token.Invalid');
  });

  it('believes no verifier about the claims', async () => {
    const { run } = arrange(idClaimsOf({ aud: 'client-id-of-nobody' }));
    expect((await failureOf(run())).name).toBe('Token.Invalid');
  });

  it('passes on that the keys cannot be had', async () => {
    const { run, verifier } = arrange();
    verifier.failWith('Upstream.Unavailable');
    expect((await failureOf(run())).name).toBe('Upstream.Unavailable');
  });
});
