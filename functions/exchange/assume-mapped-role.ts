import type { Decision } from '../../core/contracts/decision.ts';
import type { Epochs, Session } from '../../core/contracts/session.ts';
import type { CredentialIssuer, Digest, Sealer } from '../../core/ports.ts';
import { completeSessionPolicy } from '../../core/session/session-policy.ts';

export interface AssumeMappedRoleInput {
  /** Sealed for `openid-token` under the decision's grant. */
  readonly sealedOpenIdToken: string;
  readonly decision: Decision;
  readonly subject: string;
  readonly client: string;
  readonly actor: string | null;
  readonly identityId: string;
  readonly epochs: Epochs;
  readonly sessionId: string;
  readonly executionArn: string;
}

/** What may be known of a session: everything but its secrets. */
export interface MintedSession {
  /** Sealed for `credentials` under the grant. */
  readonly sealedSession: string;
  readonly accessKeyId: string;
  readonly expiresAtEpochSeconds: number;
  readonly assumedRoleArn: string;
  /** Per cent of STS's packed limit; 0 where STS does not say. */
  readonly packedPolicySizePercent: number;
  /** `-` where the grant has no session policy. */
  readonly sessionPolicySha256: string;
  /** As STS got it; no secret. `-` as above. */
  readonly sessionPolicy: string;
}

/**
 * Assumes the mapped role under the rendered session policy and seals what comes back.
 * @throws Session.PolicyTooLarge, Session.ValueRefused, Sealing.Failed, Upstream.*
 */
export const assumeMappedRole = async (
  ports: { readonly issuer: CredentialIssuer; readonly sealer: Sealer; readonly digest: Digest },
  input: AssumeMappedRoleInput,
): Promise<MintedSession> => {
  const { decision, identityId } = input;
  // control SEC-07
  const sessionPolicy =
    decision.sessionPolicyTemplate === null
      ? null
      : completeSessionPolicy(decision.sessionPolicyTemplate, identityId);
  const openIdToken = await ports.sealer.open(
    'openid-token',
    decision.grant,
    input.sealedOpenIdToken,
  );
  // Before there is a key: one that could not be sealed would have been minted for nobody, and be in no record.
  await ports.sealer.prepare('credentials', decision.grant);
  const assumed = await ports.issuer.assumeRole({
    roleArn: decision.roleArn,
    sessionName: decision.sessionName,
    openIdToken,
    durationSeconds: decision.durationSeconds,
    sessionPolicy,
  });
  const session: Session = {
    format: 1,
    sessionId: input.sessionId,
    cacheKey: decision.cacheKey,
    subject: input.subject,
    client: input.client,
    actor: input.actor,
    grant: decision.grant,
    identityId,
    roleArn: decision.roleArn,
    assumedRoleArn: assumed.assumedRoleArn,
    epochs: input.epochs,
    expiresAtEpochSeconds: assumed.expiresAtEpochSeconds,
    executionArn: input.executionArn,
    credentials: assumed.credentials,
  };
  return {
    sealedSession: await ports.sealer.seal('credentials', decision.grant, JSON.stringify(session)),
    accessKeyId: assumed.credentials.accessKeyId,
    expiresAtEpochSeconds: assumed.expiresAtEpochSeconds,
    assumedRoleArn: assumed.assumedRoleArn,
    packedPolicySizePercent: assumed.packedPolicySizePercent ?? 0,
    sessionPolicySha256: sessionPolicy === null ? '-' : ports.digest.sha256Hex(sessionPolicy),
    sessionPolicy: sessionPolicy ?? '-',
  };
};
