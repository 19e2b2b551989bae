import type { Clock } from '../../core/ports.ts';
import type { RevocationTargets } from '../../core/revocations/ports.ts';
import type { RevokeInput } from '../../core/revocations/revocation.ts';
import { withoutRevocation } from '../../core/revocations/target-state.ts';

/** Takes one revocation back; what others revoked of the same target stays revoked. */
export const restoreTarget = async (
  ports: { readonly targets: RevocationTargets; readonly clock: Clock },
  { revocationId, target }: RevokeInput,
): Promise<Record<string, never>> => {
  const nowEpochSeconds = Math.floor(ports.clock.nowEpochMillis() / 1000);
  await ports.targets.change(target, { raisesEpoch: false }, (present) =>
    withoutRevocation(present, revocationId, nowEpochSeconds),
  );
  return {};
};
