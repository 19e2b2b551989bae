import type { Caller } from '../../core/contracts/caller.ts';
import type {
  Clock,
  IdentityDirectory,
  IdentityRegistry,
  RegisteredIdentity,
  Sealer,
  Timer,
} from '../../core/ports.ts';
import { enterPaidSecond } from '../../core/quota/paid-second.ts';
import { loginsOf, type LoginContext } from './logins.ts';

export interface RegisterIdentityInput {
  /** Sealed for `caller-token`. */
  readonly sealedToken: string;
  readonly caller: Caller;
  /** As the registry has it; `identityId` is `-` for a subject that is not known. */
  readonly identity: RegisteredIdentity;
  /** The second whose budget has the call that registers. */
  readonly paidEpochSecond: number;
}

/**
 * Makes sure that the subject has one identity, and remembers it. With the person's ID token at hand the
 * identity that the person's own login has is adopted, or the login is linked to the one on record; without
 * it the developer login alone makes one. Repeating it gives the same answer.
 * @throws Quota.Elapsed when the second that was paid for is over
 * @throws Identity.Conflict when a login already belongs to another identity
 * @throws Upstream.*, Sealing.Failed
 */
export const registerIdentity = async (
  ports: {
    readonly directory: IdentityDirectory;
    readonly registry: IdentityRegistry;
    readonly sealer: Pick<Sealer, 'open'>;
    readonly clock: Clock;
    readonly timer: Timer;
  },
  context: LoginContext,
  { sealedToken, caller, identity, paidEpochSecond }: RegisterIdentityInput,
): Promise<RegisteredIdentity> => {
  // control SEC-05
  const known = identity.identityId === '-' ? null : identity.identityId;
  const { developer, personal } = await loginsOf(ports, context, caller, sealedToken);
  // GetId has a quota of its own; the call after it is the one that was paid for.
  const adopted =
    known ?? (personal === null ? null : await ports.directory.identityOfLogin(personal));
  await enterPaidSecond(ports, paidEpochSecond);
  const registered: RegisteredIdentity = {
    identityId: await ports.directory.register({
      identityId: adopted,
      logins: { ...developer, ...personal },
    }),
    linked: personal !== null,
  };
  await ports.registry.remember(caller.subject, registered);
  return registered;
};
