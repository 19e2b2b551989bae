import type { DecisionAnswer } from '../../core/contracts/api-answers.ts';
import type { HypotheticalCaller } from '../../core/contracts/api-requests.ts';
import type { Caller } from '../../core/contracts/caller.ts';
import { errorCatalogue, StepkeyError } from '../../core/errors.ts';
import { decide, type Wish } from '../../core/grants/decide.ts';
import { matchGrants } from '../../core/grants/match.ts';
import { toldNameOf } from '../../core/problem.ts';
import { refuseIfRevoked } from '../../core/revocation.ts';
import { completeSessionPolicy, sessionPolicyParts } from '../../core/session/session-policy.ts';
import { requireEntitled } from '../../core/subject/entitlement.ts';
import { resolveSubject } from '../../core/subject/resolve-subject.ts';
import { imagineCaller } from '../../core/token/imagine-caller.ts';
import { nowEpochSeconds, type FrontContext, type FrontPorts, type FrontRequest } from './front.ts';

type Rendered = Pick<DecisionAnswer, 'sessionPolicyParts'>;

/**
 * Says what would be issued and why, minting nothing and asking neither identity pool, STS nor KMS.
 * A refusal is an answer here, not an error; every rule that was tried is told to auditors only: members of the
 * auditors' group at the ID door, tokens with the scope `stepkey/audit` at the access door. They alone are told why a
 * subject is refused, because an actor learns neither who exists nor under which `sub`, and they alone may ask for
 * somebody else, whom their claims describe.
 * @param imagined null for the one who asks
 * @throws Token.ScopeMissing, Actor.Refused: what the token may not ask is no decision about a subject
 */
export const explainDecision = async (
  ports: Pick<FrontPorts, 'store' | 'users' | 'clock'>,
  context: FrontContext,
  { caller: asking, onBehalfOf }: Pick<FrontRequest, 'caller' | 'onBehalfOf'>,
  wish: Wish,
  imagined: HypotheticalCaller | null = null,
): Promise<DecisionAnswer> => {
  const mayAudit = maySeeRules(asking, context);
  if (imagined === null) requireEntitled(asking, onBehalfOf);
  // control SEC-20
  else if (!mayAudit) throw new StepkeyError('Token.ScopeMissing');
  let who: Pick<DecisionAnswer, 'subject' | 'client' | 'actor'> = {
    subject: imagined === null && onBehalfOf === null ? asking.subject : null,
    client: imagined?.client ?? asking.client,
    ...(onBehalfOf === null ? {} : { actor: imagined?.client ?? asking.client }),
  };
  let trace: Pick<DecisionAnswer, 'trace'> = {};
  let rendered: Rendered = {};
  try {
    const presenter =
      imagined === null
        ? asking
        : imagineCaller(imagined, asking, {
            ...context,
            nowEpochSeconds: nowEpochSeconds(ports.clock),
          });
    who = {
      subject: onBehalfOf === null ? presenter.subject : null,
      client: presenter.client,
      ...(onBehalfOf === null ? {} : { actor: presenter.client }),
    };
    const caller = await resolveSubject(ports, context, presenter, onBehalfOf);
    who = { ...who, subject: caller.subject };
    if (mayAudit) trace = { trace: traceOf(caller, wish, context) };
    const decision = decide(caller, wish, context);
    const known = await ports.store.read(
      { subject: caller.subject, client: caller.client, grant: decision.grant },
      null,
    );
    refuseIfRevoked(known.revocation, caller.authTimeEpochSeconds);
    const identityId = known.identity?.identityId ?? null;
    const template = decision.sessionPolicyTemplate;
    if (template !== null) {
      rendered = { sessionPolicyParts: sessionPolicyParts(template, identityId) };
    }
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
      ...rendered,
      cacheKey: decision.cacheKey,
      ...trace,
    };
  } catch (error) {
    if (!(error instanceof StepkeyError) || !errorCatalogue[error.name].denial) throw error;
    const told = toldNameOf(error.name);
    return {
      outcome: 'refused',
      ...who,
      // An actor is not told who bears a name before it may act for that person.
      ...(onBehalfOf !== null && !mayAudit && told === 'Grant.Refused' ? { subject: null } : {}),
      error: mayAudit ? error.name : told,
      ...(error.choices ? { choices: [...error.choices] } : {}),
      ...(error.name === 'Session.PolicyTooLarge' ? rendered : {}),
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
