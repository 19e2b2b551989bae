import type { Caller } from '../../core/contracts/caller.ts';
import type {
  IdentityDirectory,
  IdentityRegistry,
  RegisteredIdentity,
  Sealer,
} from '../../core/ports.ts';
import { loginsOf, type LoginContext } from './logins.ts';

export interface RegisterIdentityInput {
  /** Sealed for `caller-token`. */
  readonly sealedToken: string;
  readonly caller: Caller;
  /** As the registry has it; `identityId` is `-` for a subject that is not known. */
  readonly identity: RegisteredIdentity;
}

/**
 * Makes sure that the subject has one identity, and remembers it. With the person's ID token at hand the
 * identity that the person's own login has is adopted, or the login is linked to the one on record; without
 * it the developer login alone makes one. Repeating it gives the same answer.
 * @throws Identity.Conflict when a login already belongs to another identity
 * @throws Upstream.*, Sealing.Failed
 */
export const registerIdentity = async (
  ports: {
    readonly directory: IdentityDirectory;
    readonly registry: IdentityRegistry;
    readonly sealer: Pick<Sealer, 'open'>;
  },
  context: LoginContext,
  { sealedToken, caller, identity }: RegisterIdentityInput,
): Promise<RegisteredIdentity> => {
  // control SEC-05
  const known = identity.identityId === '-' ? null : identity.identityId;
  const { developer, personal } = await loginsOf(ports, context, caller, sealedToken);
  const registered: RegisteredIdentity =
    personal === null
      ? {
          identityId: await ports.directory.register({ identityId: known, logins: developer }),
          linked: false,
        }
      : {
          identityId: await ports.directory.register({
            identityId: known ?? (await ports.directory.identityOfLogin(personal)),
            logins: { ...developer, ...personal },
          }),
          linked: true,
        };
  await ports.registry.remember(caller.subject, registered);
  return registered;
};
