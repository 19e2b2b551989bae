import type { Caller } from '../../core/contracts/caller.ts';
import type { CredentialStore } from '../../core/ports.ts';
import { refuseIfRevoked } from '../../core/revocation.ts';

const nothing = { epoch: 0, revokedBeforeEpochSeconds: 0, suspensions: 0 };

/**
 * Refuses a caller who, or whose client, was revoked: a stolen operator's token must not restore itself, a stolen job's
 * not read its reports. That everything or a grant is stopped does not count here, because somebody must be able to
 * restore that.
 * @throws Subject.Revoked
 */
export const refuseRevokedCaller = async (
  { store }: { readonly store: Pick<CredentialStore, 'read'> },
  { subject, client, authTimeEpochSeconds }: Caller,
): Promise<void> => {
  const { revocation } = await store.read({ subject, client, grant: '-' }, null);
  // control SEC-33
  refuseIfRevoked({ ...revocation, grant: nothing, everything: nothing }, authTimeEpochSeconds);
};
