import { beforeEach, describe, expect, it } from '@jest/globals';

import { nodeDigest } from '../../../../adapters/digest.ts';
import type { ErrorName } from '../../../../core/errors.ts';
import { completeSessionPolicy } from '../../../../core/session/session-policy.ts';
import { readSession } from '../../../../core/session/session-seal.ts';
import {
  assumeMappedRole,
  type AssumeMappedRoleInput,
} from '../../../../functions/exchange/assume-mapped-role.ts';
import { decisionOf } from '../../../support/callers-sessions.ts';
import { noonEpochSeconds } from '../../../support/callers.ts';
import { nameOfFailure } from '../../../support/fakes/expect-failure.ts';
import {
  fakeCredentialIssuer,
  type FakeCredentialIssuer,
} from '../../../support/fakes/fake-credential-issuer.ts';
import { fakeSealer } from '../../../support/fakes/fake-sealer.ts';
import { fakeClock } from '../../../support/fakes/fixed-clock.ts';
import { identityId, subject } from '../../../support/grants.ts';

type Fake = ReturnType<typeof fakeSealer>;

let issuer: FakeCredentialIssuer;
let sealer: { -readonly [Name in keyof Fake]: Fake[Name] };
const epochs = { subject: 1, client: 2, grant: 3, everything: 4 };
const run = async (changes: Partial<AssumeMappedRoleInput> = {}) =>
  assumeMappedRole(
    { issuer, sealer, digest: nodeDigest },
    {
      sealedOpenIdToken: await sealer.seal('openid-token', 'own-files', 'open-id-token'),
      decision: decisionOf(),
      subject,
      client: 'app',
      actor: null,
      identityId,
      epochs,
      sessionId: 'session-1',
      executionArn: 'arn:aws:states:us-east-1:123456789012:express:issue-credentials:session-1:a',
      ...changes,
    },
  );

beforeEach(() => {
  issuer = fakeCredentialIssuer(fakeClock(noonEpochSeconds * 1000));
  sealer = fakeSealer();
});

describe('[SEC-07] the mapped role', () => {
  it('is assumed exactly as decided, under the policy with the identity in it', async () => {
    await run();
    const { roleArn, sessionName, durationSeconds, sessionPolicyTemplate } = decisionOf();
    expect(issuer.assumed).toEqual([
      {
        roleArn,
        sessionName,
        durationSeconds,
        openIdToken: 'open-id-token',
        sessionPolicy: completeSessionPolicy(sessionPolicyTemplate ?? '', identityId),
      },
    ]);
  });

  it('is assumed without a policy only where the grant has none', async () => {
    const minted = await run({ decision: decisionOf({ sessionPolicyTemplate: null }) });
    expect(issuer.assumed).toMatchObject([{ sessionPolicy: null }]);
    expect(minted).toMatchObject({ sessionPolicySha256: '-', packedPolicySizePercent: 0 });
  });

  it.each<[string, Partial<AssumeMappedRoleInput>, ErrorName]>([
    ['identity is not one', { identityId: 'us-east-1:*' }, 'Session.ValueRefused'],
    [
      'policy is too large',
      {
        decision: decisionOf({
          sessionPolicyTemplate: JSON.stringify({ Statement: 'a'.repeat(2048) }),
        }),
      },
      'Session.PolicyTooLarge',
    ],
    [
      'token is sealed for another grant',
      { decision: decisionOf({ grant: 'team-read' }) },
      'Sealing.Failed',
    ],
    ['token is not sealed', { sealedOpenIdToken: 'open-id-token' }, 'Sealing.Failed'],
  ])('is not assumed when the %s', async (_, changes, name) => {
    expect(await nameOfFailure(run(changes))).toBe(name);
    expect(issuer.assumed).toEqual([]);
  });

  it('is not assumed while what comes back could not be sealed: no key is minted for nobody [SEC-06]', async () => {
    const prepare = sealer.prepare;
    sealer.prepare = async (purpose, grant) => {
      expect([purpose, grant]).toEqual(['credentials', 'own-files']);
      sealer.failWith('Upstream.Unavailable');
      await prepare(purpose, grant);
    };
    expect(await nameOfFailure(run())).toBe('Upstream.Unavailable');
    expect(issuer.assumed).toEqual([]);
  });

  it.each<ErrorName>(['Upstream.Throttled', 'Upstream.Misconfigured', 'Session.PolicyTooLarge'])(
    'gives nothing when STS refuses: %s',
    async (name) => {
      issuer.failWith(name);
      expect(await nameOfFailure(run())).toBe(name);
    },
  );
});

describe('[SEC-04] a minted session', () => {
  it('is sealed with everything that it is bound to', async () => {
    const { sealedSession } = await run();
    const plaintext = await sealer.open('credentials', 'own-files', sealedSession);
    const session = readSession(plaintext, {
      decision: decisionOf(),
      subject,
      client: 'app',
      actor: null,
      sessionId: 'session-1',
      identityId: null,
      epochs,
    });
    expect(session).toEqual({
      format: 1,
      sessionId: 'session-1',
      cacheKey: decisionOf().cacheKey,
      subject,
      client: 'app',
      actor: null,
      grant: 'own-files',
      identityId,
      roleArn: decisionOf().roleArn,
      assumedRoleArn: `arn:aws:sts::123456789012:assumed-role/stepkey-own-files/${decisionOf().sessionName}`,
      epochs,
      expiresAtEpochSeconds: noonEpochSeconds + 3600,
      executionArn: 'arn:aws:states:us-east-1:123456789012:express:issue-credentials:session-1:a',
      credentials: {
        accessKeyId: 'ASIAEXAMPLE00000000001',
        secretAccessKey: 'secret-0001',
        sessionToken: 'session-token-0001',
      },
    });
  });

  it('shows what may be known of it, and no secret', async () => {
    const { sealedSession, ...known } = await run();
    const policy = issuer.assumed[0]?.sessionPolicy ?? '';
    expect(known).toEqual({
      sessionPolicy: policy,
      accessKeyId: 'ASIAEXAMPLE00000000001',
      expiresAtEpochSeconds: noonEpochSeconds + 3600,
      assumedRoleArn: `arn:aws:sts::123456789012:assumed-role/stepkey-own-files/${decisionOf().sessionName}`,
      packedPolicySizePercent: 6,
      sessionPolicySha256: nodeDigest.sha256Hex(policy),
    });
    expect(sealedSession).not.toContain('secret-0001');
  });

  it('is not handed on when it cannot be sealed', async () => {
    const seal = sealer.seal.bind(sealer);
    const sealedOpenIdToken = await seal('openid-token', 'own-files', 'open-id-token');
    const { assumeRole } = issuer;
    issuer = {
      ...issuer,
      assumeRole: async (request) => {
        const assumed = await assumeRole(request);
        sealer.failWith('Upstream.Unavailable');
        return assumed;
      },
    };
    expect(await nameOfFailure(run({ sealedOpenIdToken }))).toBe('Upstream.Unavailable');
  });
});
