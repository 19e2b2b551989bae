import type { Caller } from '../../core/contracts/caller.ts';
import { StepkeyError } from '../../core/errors.ts';
import type {
  Clock,
  IdentityDirectory,
  IdentityRegistry,
  RegisteredIdentity,
  Sealer,
  Timer,
} from '../../core/ports.ts';
import { isIdentityId } from '../../core/session/subject-values.ts';
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

export interface RegistrationPorts {
  readonly directory: IdentityDirectory;
  readonly registry: IdentityRegistry;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly clock: Clock;
  readonly timer: Timer;
}

/**
 * Makes sure that the subject has one identity, and remembers it. With the person's ID token at hand the
 * identity that the person's own login has is adopted, or the login is linked to the one on record; without
 * it the developer login alone makes one. Repeating it gives the same answer, also after an attempt that died
 * between the identity pool and the registry.
 * @throws Quota.Elapsed when the second that was paid for is over
 * @throws Token.Expired when the person's ID token has expired meanwhile
 * @throws Identity.Conflict when a login already belongs to another identity
 * @throws Identity.LoginRequired when an operator left it to the person's next sign-in which identity it is
 * @throws Upstream.*, Sealing.Failed
 */
export const registerIdentity = async (
  ports: RegistrationPorts,
  context: LoginContext,
  { sealedToken, caller, identity, paidEpochSecond }: RegisterIdentityInput,
): Promise<RegisteredIdentity> => {
  // control SEC-05
  const { developer, personal } = await loginsOf(ports, context, caller, sealedToken);
  const logins = { ...developer, ...personal };
  const onRecord = await ports.registry.lookUp(caller.subject);
  // In a deployment that links no login, the person's own request decides as well: it makes the identity anew.
  const personCame = caller.tokenUse === 'id';
  if (onRecord.awaitsLogin && !personCame) {
    throw new StepkeyError('Identity.LoginRequired');
  }
  const known =
    (await knownIdentity(ports, caller.subject, onRecord)) ??
    (identity.identityId === '-' || onRecord.awaitsLogin ? null : identity.identityId);
  // GetId has a quota of its own; the call after it is the one that was paid for.
  const adopted =
    known ??
    (personal === null ? null : requireIdentityId(await ports.directory.identityOfLogin(personal)));
  await enterPaidSecond(ports, paidEpochSecond);
  // A repetition with the person's login finds the same identity by itself; one without it cannot tell that login of it.
  if (personal === null) await ports.registry.begin(caller.subject);
  const registered: RegisteredIdentity = {
    identityId: requireIdentityId(await ports.directory.register({ identityId: adopted, logins })),
    linked: personal !== null,
  };
  await ports.registry.remember(caller.subject, registered, {
    username: caller.username,
    personCame,
  });
  return registered;
};

/**
 * The identity on record, read anew, as another registration may have ended since the machine read it. Where one began
 * and did not end, the developer login may have an identity that is on no record: it must be found before the person's
 * login makes another.
 */
const knownIdentity = async (
  { directory }: Pick<RegistrationPorts, 'directory'>,
  subject: string,
  { identity, wasBegun }: Awaited<ReturnType<IdentityRegistry['lookUp']>>,
): Promise<string | null> => {
  if (identity !== null) return identity.identityId;
  return wasBegun ? directory.identityOfDeveloper(subject) : null;
};

/** What is remembered stays: an answer that is no identity would shut its subject out for good. */
const requireIdentityId = (answer: string): string => {
  if (!isIdentityId(answer)) throw new StepkeyError('Upstream.Unavailable');
  return answer;
};
