import type { DecisionAnswer } from '../../core/contracts/api.ts';
import { errorCatalogue, StepkeyError } from '../../core/errors.ts';
import { decide, matchGrants, type Wish } from '../../core/grants/decide.ts';
import { refuseIfRevoked } from '../../core/revocation.ts';
import { completeSessionPolicy } from '../../core/session/session-policy.ts';
import type { FrontContext, FrontPorts, FrontRequest } from './front.ts';

/**
 * Says what would be issued and why, minting nothing and asking neither identity pool, STS nor KMS.
 * A refusal is an answer here, not an error; every rule that was tried is told to auditors only.
 */
export const explainDecision = async (
  ports: Pick<FrontPorts, 'store'>,
  context: FrontContext,
  { caller }: Pick<FrontRequest, 'caller'>,
  wish: Wish,
): Promise<DecisionAnswer> => {
  const trace = caller.groups.includes(context.auditGroup)
    ? {
        trace: matchGrants(caller, wish.grant, context.grants).map((match) => ({
          ...match,
          rules: [...match.rules],
        })),
      }
    : {};
  const who = { subject: caller.subject, client: caller.client };
  try {
    const decision = decide(caller, wish, context);
    const known = await ports.store.read({ ...who, grant: decision.grant }, null);
    refuseIfRevoked(known.revocation, caller.authTimeEpochSeconds);
    const identityId = known.identity?.identityId ?? null;
    const template = decision.sessionPolicyTemplate;
    const sessionPolicy =
      template === null || identityId === null
        ? template
        : completeSessionPolicy(template, identityId);
    return {
      outcome: 'allowed',
      ...who,
      grant: decision.grant,
      roleArn: decision.roleArn,
      sessionName: decision.sessionName,
      durationSeconds: decision.durationSeconds,
      tags: decision.tags,
      identityId,
      sessionPolicy,
      sessionPolicyCharacters: sessionPolicy?.length ?? 0,
      ...trace,
    };
  } catch (error) {
    if (!(error instanceof StepkeyError) || !errorCatalogue[error.name].denial) throw error;
    return {
      outcome: 'refused',
      ...who,
      error: error.name,
      ...(error.choices ? { choices: [...error.choices] } : {}),
      ...trace,
    };
  }
};
