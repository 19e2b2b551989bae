import type { Caller } from '../../core/contracts/caller.ts';
import { StepkeyError } from '../../core/errors.ts';
import { refuseIfRevoked } from '../../core/revocation.ts';
import type { BatchContext, BatchPorts } from './ports.ts';

/**
 * Looks, before anything is begun, at what would be refused for every subject. The machine decides for each
 * subject by itself; this only spares the batch.
 * @throws Token.ScopeMissing where it is not a machine's own token with the scope to act
 * @throws Grant.Refused where the grant is not one for acting, or does not list the client
 * @throws Subject.Revoked
 */
export const refuseUnlessMayStart = async (
  ports: Pick<BatchPorts, 'store'>,
  context: Pick<BatchContext, 'grants'>,
  caller: Caller,
  grantName: string,
): Promise<void> => {
  requireActor(caller);
  const grant = context.grants.find(({ name }) => name === grantName);
  if (grant?.use !== 'act-as' || !grant.clients.includes(caller.client)) {
    throw new StepkeyError('Grant.Refused');
  }
  const { subject, client, authTimeEpochSeconds } = caller;
  const known = await ports.store.read({ subject, client, grant: grantName }, null);
  refuseIfRevoked(known.revocation, authTimeEpochSeconds);
};

/** Batches act: a person's token is not enough, whatever scopes it has. @throws Token.ScopeMissing */
export const requireActor = ({ kind, scopes }: Caller): void => {
  if (kind !== 'machine' || !scopes.includes('stepkey/act-as')) {
    throw new StepkeyError('Token.ScopeMissing');
  }
};
