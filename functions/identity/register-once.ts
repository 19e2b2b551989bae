import type { RegisteredIdentity } from '../../core/ports.ts';
import { canLink, type LoginContext } from './logins.ts';
import {
  registerIdentity,
  type RegisterIdentityInput,
  type RegistrationPorts,
} from './register-identity.ts';

type Once = <Answer>(key: string, work: () => Promise<Answer>) => Promise<Answer>;

/**
 * Registers a subject once, whichever doors its requests come through at the same time: two that each asked the pool for
 * an identity would find two. Where the first had no login of the person to link, and this one has, it links after that.
 * @throws Session.InProgress while another registration of the subject goes on
 * @throws what `registerIdentity` throws
 */
export const registerOnce = async (
  ports: RegistrationPorts & { readonly once: Once },
  context: LoginContext,
  input: RegisterIdentityInput,
): Promise<RegisteredIdentity> => {
  const { subject } = input.caller;
  const register = () => registerIdentity(ports, context, input);
  const registered = await ports.once(subject, register);
  return registered.linked || !canLink(context, input.caller)
    ? registered
    : ports.once(`${subject} linked`, register);
};
