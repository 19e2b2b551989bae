import { StepkeyError } from '../../core/errors.ts';
import type { DenialForm, RevokeInput } from '../../core/revocations/revocation.ts';
import { writeDenyPolicy, type PolicyWriterPorts } from './write-deny-policy.ts';

export interface DenySessionsInput extends RevokeInput {
  readonly cutOffEpochSeconds: number;
}

/**
 * Has AWS deny the sessions that were issued before the cut-off, until the longest of them has ended.
 * @returns `none` where the revocation was restored meanwhile
 * @throws Revocation.WriterBusy
 */
export const denySessions = async (
  ports: PolicyWriterPorts,
  { longestSessionSeconds }: { readonly longestSessionSeconds: number },
  { revocationId, target, cutOffEpochSeconds }: DenySessionsInput,
): Promise<{ readonly form: DenialForm | 'none'; readonly neededUntilEpochSeconds: number }> => {
  if (cutOffEpochSeconds <= 0) throw new StepkeyError('Config.Invalid');
  const neededUntilEpochSeconds = cutOffEpochSeconds + longestSessionSeconds;
  await ports.denials.add({
    revocationId,
    target,
    issuedBeforeEpochSeconds: cutOffEpochSeconds,
    neededUntilEpochSeconds,
  });
  const { forms } = await writeDenyPolicy(ports);
  return { form: forms.get(revocationId) ?? 'none', neededUntilEpochSeconds };
};
