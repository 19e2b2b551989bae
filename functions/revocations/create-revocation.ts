import type { RevocationRequest } from '../../core/contracts/revocation-requests.ts';
import { StepkeyError } from '../../core/errors.ts';
import { requestRevocation } from '../../core/revocations/request.ts';
import {
  alwaysSuspends,
  type RevocationRecord,
  type RevocationTarget,
} from '../../core/revocations/revocation.ts';
import { uuidOfDigest } from '../../core/revocations/uuid-of-digest.ts';
import type { AuthenticatedRequest } from '../http/route.ts';
import type { RevocationsContext, RevocationsPorts } from './ports.ts';

/**
 * Takes an operator's order.
 * @param idempotencyKey makes a repeated request the same revocation; null for none
 * @throws Request.Malformed for a client, a grant or a subject's user pool that the deployment does not know; Request.KeyReused
 */
export const createRevocation = async (
  ports: RevocationsPorts,
  context: RevocationsContext,
  { caller }: Pick<AuthenticatedRequest, 'caller'>,
  { target: asked, reason, suspend = false }: RevocationRequest,
  idempotencyKey: string | null,
): Promise<RevocationRecord> => {
  const target = targetOf(asked);
  refuseUnknown(context, target);
  return requestRevocation(ports, {
    revocationId:
      idempotencyKey === null
        ? ports.ids.next()
        : uuidOfDigest(
            ports.digest.sha256Hex(
              JSON.stringify(['revocation', caller.subject, caller.client, idempotencyKey]),
            ),
          ),
    target,
    reason,
    requestedBy: caller.subject,
    requestedByClient: caller.client,
    suspends: suspend || alwaysSuspends(target.kind),
    denies: true,
  });
};

const targetOf = ({ subject, client, grant }: RevocationRequest['target']): RevocationTarget => {
  if (subject !== undefined) return { kind: 'subject', name: subject };
  if (client !== undefined) return { kind: 'client', name: client };
  return grant === undefined ? { kind: 'everything', name: '-' } : { kind: 'grant', name: grant };
};

const refuseUnknown = (context: RevocationsContext, { kind, name }: RevocationTarget): void => {
  if (kind === 'subject' && !context.userPools.some(({ alias }) => name.startsWith(`${alias}:`))) {
    throw new StepkeyError('Request.Malformed', {
      faults: ['target.subject: no user pool of this deployment has this alias'],
    });
  }
  if (kind === 'client' && !context.clientNames.has(name)) {
    throw new StepkeyError('Request.Malformed', {
      faults: ['target.client: no app client of this deployment has this name'],
    });
  }
  if (kind === 'grant' && !context.grantNames.has(name)) {
    throw new StepkeyError('Request.Malformed', {
      faults: ['target.grant: this deployment has no grant of this name'],
    });
  }
};
