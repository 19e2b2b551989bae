import { cacheKeyOf } from '../cache/cache-key.ts';
import type { Caller } from '../contracts/caller.ts';
import type { Decision } from '../contracts/decision.ts';
import { StepkeyError } from '../errors.ts';
import type { Digest } from '../ports.ts';
import { sessionNameOf } from '../session/session-name.ts';
import { renderSessionPolicyTemplate } from '../session/session-policy.ts';
import { sessionTagsOf } from '../session/session-tags.ts';
import { candidatesAmong } from './candidates.ts';
import { chooseRole } from './choose-role.ts';
import { evidenceOf } from './evidence.ts';
import type { Grant, GrantRule } from './grant.ts';
import { matchGrant } from './match.ts';

/** What a caller may ask for; null where it leaves the choice to the broker. */
export interface Wish {
  readonly grant: string | null;
  readonly roleArn: string | null;
}

/** The deployment, as far as decisions depend on it. */
export interface DecisionContext {
  readonly grants: readonly Grant[];
  readonly templateValues: Readonly<Record<string, string>>;
  /** Begins the ARN of every role that the deployment makes. */
  readonly mappedRoleArnPrefix: string;
  readonly identityPoolId: string;
  readonly developerProvider: string;
  readonly digest: Digest;
}

/**
 * Decides what a verified caller gets, or refuses. Pure: the front and the machine come to the same answer.
 * Without a named grant the only one that allows is taken.
 * @throws Grant.Refused when the named grant is unknown or refuses, or when none allows
 * @throws Grant.Ambiguous naming the grants when several allow and none was named
 * @throws Role.NotMapped, Role.Ambiguous from the choice of the role
 * @throws Session.ValueRefused when a verified value may not stand in a policy or tag
 */
export const decide = (caller: Caller, wish: Wish, context: DecisionContext): Decision => {
  const { grant, rule, decidedBy } = chooseGrant(caller, wish.grant, context.grants);
  const roleArn = chooseRole(grant, caller, wish.roleArn, context.mappedRoleArnPrefix);
  const sessionPolicyTemplate = grant.sessionPolicy
    ? renderSessionPolicyTemplate(grant.sessionPolicy, caller, context.templateValues)
    : null;
  const tags = sessionTagsOf(grant, caller, context.templateValues);
  return {
    grant: grant.name,
    roleArn,
    sessionName: sessionNameOf(caller, context.digest),
    durationSeconds: grant.session.durationSeconds,
    minTtlSeconds: grant.session.minTtlSeconds,
    tags,
    sessionPolicyTemplate,
    cacheKey: cacheKeyOf(
      {
        identityPoolId: context.identityPoolId,
        developerProvider: context.developerProvider,
        subject: caller.subject,
        actor: caller.actor,
        client: caller.client,
        grant: grant.name,
        roleArn,
        sessionPolicyTemplate,
        tags,
        durationSeconds: grant.session.durationSeconds,
      },
      context.digest,
    ),
    traceEveryRequest: grant.trace === 'every-request',
    rule,
    evidence: evidenceOf(decidedBy, caller),
  };
};

const chooseGrant = (
  caller: Caller,
  named: string | null,
  grants: readonly Grant[],
): { grant: Grant; rule: number; decidedBy: GrantRule } => {
  const allowing = candidatesAmong(grants, named, caller).flatMap((grant) => {
    const { allowedBy } = matchGrant(grant, caller);
    const decidedBy = allowedBy === null ? undefined : grant.rules[allowedBy];
    return allowedBy === null || decidedBy === undefined
      ? []
      : [{ grant, rule: allowedBy, decidedBy }];
  });
  const [first] = allowing;
  if (first === undefined) throw new StepkeyError('Grant.Refused');
  if (allowing.length > 1) {
    throw new StepkeyError('Grant.Ambiguous', { choices: allowing.map(({ grant }) => grant.name) });
  }
  return first;
};
