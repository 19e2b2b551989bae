import type { Grant } from '../../core/grants/grant.ts';
import type { CredentialStore } from '../../core/ports.ts';
import { isGroupRelevant, readUserPoolEvent } from '../../core/revocations/user-pool-event.ts';
import type { UserPool } from '../../core/user-pools.ts';
import { revokeByItself, type OwnRevocationPorts } from './revoke-by-itself.ts';

export interface ReactionPorts extends OwnRevocationPorts {
  readonly store: Pick<CredentialStore, 'read'>;
}

export interface ReactionContext {
  readonly userPools: readonly Pick<UserPool, 'alias' | 'userPoolId'>[];
  readonly grants: readonly Grant[];
}

/**
 * Revokes a subject because the user pool changed. The same event, however often it comes, is the same revocation.
 * A subject that the broker does not know has no session that AWS would have to deny; its tokens are refused all the same.
 * @returns ids of the revocations, none where the event is of no consequence
 * @throws ZodError for what is no event of the user pool; Upstream.*
 */
export const reactToUserPool = async (
  ports: ReactionPorts,
  context: ReactionContext,
  event: unknown,
): Promise<{ readonly revocationIds: readonly string[] }> => {
  // control SEC-34
  const change = readUserPoolEvent(event);
  if (change === null || !isGroupRelevant(context.grants, change)) return { revocationIds: [] };
  // A person's own call names no pool: a `sub` is unique, so that at most one of the pools has it.
  const pools = context.userPools.filter(
    ({ userPoolId }) => change.userPoolId === null || userPoolId === change.userPoolId,
  );
  const revocationIds: string[] = [];
  for (const { alias } of pools) {
    const subject = `${alias}:${change.sub}`;
    const { identity } = await ports.store.read({ subject, client: '-', grant: '-' }, null);
    const revocationId = await revokeByItself(ports, {
      subject,
      cause: ['user-pool', alias, change.eventId],
      reason: `user pool: ${change.call}, event ${change.eventId}`,
      denies: identity !== null,
    });
    revocationIds.push(revocationId);
  }
  return { revocationIds };
};
