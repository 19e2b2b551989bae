import type { Caller } from '../../core/contracts/caller.ts';
import type { Decision } from '../../core/contracts/decision.ts';
import { decide, type DecisionContext, type Wish } from '../../core/grants/decide.ts';

export interface MapRoleInput extends Wish {
  readonly kind: 'credentials' | 'identity';
  readonly caller: Caller;
}

/**
 * Chooses grant and role. A request for the identity alone needs no grant; its execution then reads the
 * revocation rows under the name `-`, which no grant can have.
 * @throws every refusal of `decide`
 */
export const mapRole = (
  context: DecisionContext,
  { kind, caller, grant, roleArn }: MapRoleInput,
): Decision | Pick<Decision, 'grant' | 'cacheKey'> =>
  kind === 'identity' ? { grant: '-', cacheKey: '-' } : decide(caller, { grant, roleArn }, context);
