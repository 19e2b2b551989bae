import { StepkeyError } from '../../core/errors.ts';
import type { RegisteredIdentity } from '../../core/ports.ts';
import { refuseIfRevoked } from '../../core/revocation.ts';
import type { FrontContext, FrontPorts, FrontRequest } from './front.ts';

/**
 * Says who the caller is in the identity pool, registering on first sight. No grant is needed for that.
 * @throws Subject.Revoked; Identity.Conflict; Quota.Exhausted; Upstream.*
 */
export const getIdentity = async (
  ports: FrontPorts,
  context: FrontContext,
  { caller, token }: FrontRequest,
): Promise<RegisteredIdentity> => {
  const known = await ports.store.read(
    { subject: caller.subject, client: caller.client, grant: '-' },
    null,
  );
  refuseIfRevoked(known.revocation, caller.authTimeEpochSeconds);
  const needsLink = context.identityMode === 'linked' && caller.tokenUse === 'id';
  if (known.identity !== null && (known.identity.linked || !needsLink)) return known.identity;
  const outcome = await ports.machine.run(
    {
      kind: 'identity',
      door: caller.tokenUse,
      sealedToken: await ports.sealer.seal('caller-token', '-', token),
      onBehalfOf: null,
      grant: null,
      roleArn: null,
      class: 'interactive',
      refreshAheadSeconds: 0,
      unusableSessionId: '-',
    },
    ports.ids.next(),
  );
  if (outcome.outcome !== 'identity') throw new StepkeyError('Config.Invalid');
  return { identityId: outcome.identityId, linked: outcome.linked };
};
