import type { DecisionAnswer } from '../../core/contracts/api.ts';
import type { Caller } from '../../core/contracts/caller.ts';
import { errorCatalogue, StepkeyError } from '../../core/errors.ts';
import { decide, matchGrants, type Wish } from '../../core/grants/decide.ts';
import { refuseIfRevoked } from '../../core/revocation.ts';
import { completeSessionPolicy } from '../../core/session/session-policy.ts';
import { requireEntitled } from '../../core/subject/entitlement.ts';
import { resolveSubject } from '../../core/subject/resolve-subject.ts';
import type { FrontContext, FrontPorts, FrontRequest } from './front.ts';

/**
 * Says what would be issued and why, minting nothing and asking neither identity pool, STS nor KMS.
 * A refusal is an answer here, not an error; every rule that was tried is told to auditors only: members of the
 * auditors' group at the ID door, tokens with the scope `stepkey/audit` at the access door.
 * @throws Token.ScopeMissing, Actor.Refused: what the token may not ask is no decision about a subject
 */
export const explainDecision = async (
  ports: Pick<FrontPorts, 'store' | 'users'>,
  context: FrontContext,
  { caller: presenter, onBehalfOf }: Pick<FrontRequest, 'caller' | 'onBehalfOf'>,
  wish: Wish,
): Promise<DecisionAnswer> => {
  requireEntitled(presenter, onBehalfOf);
  let who: Pick<DecisionAnswer, 'subject' | 'client' | 'actor'> = {
    subject: onBehalfOf === null ? presenter.subject : null,
    client: presenter.client,
    ...(onBehalfOf === null ? {} : { actor: presenter.client }),
  };
  let trace: Pick<DecisionAnswer, 'trace'> = {};
  try {
    const caller = await resolveSubject(ports, context, presenter, onBehalfOf);
    who = { ...who, subject: caller.subject };
    if (maySeeRules(presenter, context)) trace = { trace: traceOf(caller, wish, context) };
    const decision = decide(caller, wish, context);
    const known = await ports.store.read(
      { subject: caller.subject, client: caller.client, grant: decision.grant },
      null,
    );
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

const maySeeRules = (presenter: Caller, { auditGroup }: FrontContext): boolean =>
  presenter.tokenUse === 'id'
    ? presenter.groups.includes(auditGroup)
    : presenter.scopes.includes('stepkey/audit');

const traceOf = (caller: Caller, wish: Wish, { grants }: FrontContext): DecisionAnswer['trace'] =>
  matchGrants(caller, wish.grant, grants).map((match) => ({ ...match, rules: [...match.rules] }));
