import { StepkeyError } from '../../../core/errors.ts';
import type { IdentityDirectory, OpenIdTokenSource } from '../../../core/ports.ts';
import { failureSwitch, type FailureSwitch } from './failure-switch.ts';

type Logins = Readonly<Record<string, string>>;

interface ObtainedToken {
  readonly identityId: string;
  readonly logins: Logins;
  readonly tags: Readonly<Record<string, string>>;
  readonly durationSeconds: number;
}

/** One identity pool behind both of its ports; a login is a provider with its token or identifier. */
export interface FakeIdentityPool extends OpenIdTokenSource, IdentityDirectory, FailureSwitch {
  /** Every token that was given, in order. */
  readonly obtained: readonly ObtainedToken[];
}

/** A person's token stands for the person: the next one of theirs is the same login. */
const whoseOf = (login: string): string => {
  const [, claims, signature] = login.split('.');
  if (claims === undefined || signature === undefined) return login;
  try {
    const { sub } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub?: unknown };
    return typeof sub === 'string' ? sub : login;
  } catch {
    return login;
  }
};

export const fakeIdentityPool = (): FakeIdentityPool => {
  const { failWith, check } = failureSwitch();
  const identityOf = new Map<string, string>();
  const obtained: ObtainedToken[] = [];
  const keysOf = (logins: Logins): string[] =>
    Object.entries(logins).map(([provider, login]) => JSON.stringify([provider, whoseOf(login)]));
  const newIdentityId = (): string =>
    `us-east-1:00000000-0000-4000-8000-${String(identityOf.size + 1).padStart(12, '0')}`;

  const reach = (logins: Logins, wanted: string | null): string => {
    const owners = new Set(keysOf(logins).flatMap((key) => identityOf.get(key) ?? []));
    if (wanted !== null) owners.add(wanted);
    if (owners.size > 1) throw new StepkeyError('Identity.Conflict');
    const [identityId = newIdentityId()] = owners;
    for (const key of keysOf(logins)) identityOf.set(key, identityId);
    return identityId;
  };

  return {
    failWith,
    obtained,
    obtain: async (request) => {
      await Promise.resolve();
      check();
      const identityId = reach(request.logins, request.identityId);
      obtained.push(request);
      return `open-id-token-${String(obtained.length)}-of-${identityId}`;
    },
    identityOfLogin: async (logins) => {
      await Promise.resolve();
      check();
      return reach(logins, null);
    },
    identityOfDeveloper: async (developerUserIdentifier) => {
      await Promise.resolve();
      check();
      const [key = ''] = keysOf({ 'login.stepkey': developerUserIdentifier });
      return identityOf.get(key) ?? null;
    },
    register: async ({ identityId, logins }) => {
      await Promise.resolve();
      check();
      return reach(logins, identityId);
    },
  };
};
