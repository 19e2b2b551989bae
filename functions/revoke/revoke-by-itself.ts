import type { Clock, Digest } from '../../core/ports.ts';
import type { RevocationRecords, RevokeMachine } from '../../core/revocations/ports.ts';
import { requestRevocation } from '../../core/revocations/request.ts';
import { uuidOfDigest } from '../../core/revocations/uuid-of-digest.ts';

/** The name under which the broker's own revocations are on record. */
const stepkeyItself = 'stepkey';

export interface OwnRevocationPorts {
  readonly clock: Clock;
  readonly digest: Digest;
  readonly records: Pick<RevocationRecords, 'create'>;
  readonly machine: RevokeMachine;
}

/**
 * Revokes a subject in the broker's own name, until its next sign-in. The same cause is the same revocation.
 * @param cause what it follows from, in parts
 * @returns its id
 * @throws Upstream.*
 */
export const revokeByItself = async (
  ports: OwnRevocationPorts,
  order: {
    readonly subject: string;
    readonly cause: readonly string[];
    readonly reason: string;
    readonly denies: boolean;
  },
): Promise<string> => {
  const { revocationId } = await requestRevocation(ports, {
    revocationId: uuidOfDigest(ports.digest.sha256Hex(JSON.stringify(order.cause))),
    target: { kind: 'subject', name: order.subject },
    reason: order.reason,
    requestedBy: stepkeyItself,
    requestedByClient: null,
    suspends: false,
    denies: order.denies,
  });
  return revocationId;
};
