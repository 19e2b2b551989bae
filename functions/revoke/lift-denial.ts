import type { RevokeInput } from '../../core/revocations/revocation.ts';
import { writeDenyPolicy, type PolicyWriterPorts } from './write-deny-policy.ts';

/** As long as an execution may still be on its way to add what is lifted here. */
const rememberSeconds = 24 * 3600;

/** Takes a denial out of the policy: its sessions have ended, or it was restored. @throws Revocation.WriterBusy */
export const liftDenial = async (
  ports: PolicyWriterPorts,
  { revocationId }: RevokeInput,
): Promise<Record<string, never>> => {
  const nowEpochSeconds = Math.floor(ports.clock.nowEpochMillis() / 1000);
  await ports.denials.lift(revocationId, nowEpochSeconds + rememberSeconds);
  await writeDenyPolicy(ports);
  return {};
};
