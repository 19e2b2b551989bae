import type { Clock } from '../../core/ports.ts';
import { cutOffAt } from '../../core/revocations/cut-off.ts';
import type { RevocationTargets } from '../../core/revocations/ports.ts';
import type { RevokeInput } from '../../core/revocations/revocation.ts';
import { withRevocation } from '../../core/revocations/target-state.ts';

/**
 * Makes a revocation count for every request from now on. Repeated, it gives the first answer.
 * @returns `restored` where it was restored before it was carried out
 */
export const raiseEpoch = async (
  ports: { readonly targets: RevocationTargets; readonly clock: Clock },
  { revocationId, target, suspends }: RevokeInput,
): Promise<{ readonly outcome: 'raised' | 'restored'; readonly cutOffEpochSeconds: number }> => {
  const nowEpochSeconds = Math.floor(ports.clock.nowEpochMillis() / 1000);
  // control SEC-30
  const revocations = await ports.targets.change(target, { raisesEpoch: true }, (present) =>
    withRevocation(
      present,
      revocationId,
      { cutOffEpochSeconds: cutOffAt(nowEpochSeconds), suspends },
      nowEpochSeconds,
    ),
  );
  const mine = revocations[revocationId];
  return {
    outcome: mine?.restoredAtEpochSeconds === null ? 'raised' : 'restored',
    cutOffEpochSeconds: mine?.cutOffEpochSeconds ?? 0,
  };
};
