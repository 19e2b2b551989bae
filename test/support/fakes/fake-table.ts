import { StepkeyError } from '../../../core/errors.ts';
import type {
  CacheEntry,
  CredentialStore,
  Denial,
  IdentityRegistry,
  Issuance,
  KnownState,
  Ledger,
  RegisteredIdentity,
  RevocationState,
  UsernameRegistry,
} from '../../../core/ports.ts';
import { failureSwitch, type FailureSwitch } from './failure-switch.ts';

type RevocationKey = 'EVERYTHING' | `SUBJECT#${string}` | `CLIENT#${string}` | `GRANT#${string}`;

/** The one table behind its three ports, with what only the state machine or an operator writes. */
export interface FakeTable
  extends CredentialStore, IdentityRegistry, UsernameRegistry, Ledger, FailureSwitch {
  readonly issuances: readonly Issuance[];
  readonly denials: readonly Denial[];
  /** As an operator's `stepkey identity adopt` does it. */
  readonly awaitLogin: (subject: string) => void;
  readonly putEntry: (subject: string, cacheKey: string, entry: CacheEntry) => void;
  readonly putLease: (subject: string, cacheKey: string, untilEpochMillis: number | null) => void;
  /** As the writer of the policy notes it. */
  readonly denyAllBefore: (epochSeconds: number) => void;
  readonly putRevocation: (key: RevocationKey, state: Partial<RevocationState>) => void;
}

const nothingRevoked: RevocationState = {
  epoch: 0,
  revokedBeforeEpochSeconds: 0,
  suspensions: 0,
};

export const fakeTable = (): FakeTable => {
  const { failWith, check } = failureSwitch();
  const identities = new Map<string, RegisteredIdentity>();
  const usernames = new Map<string, string>();
  const begun = new Set<string>();
  const awaiting = new Set<string>();
  const revocations = new Map<string, RevocationState>();
  const entries = new Map<string, CacheEntry>();
  const leases = new Map<string, number>();
  let allDeniedBeforeEpochSeconds = 0;
  const issuances: Issuance[] = [];
  const denials: Denial[] = [];
  const keyOf = (subject: string, cacheKey: string) => JSON.stringify([subject, cacheKey]);
  const revocationAt = (key: RevocationKey) => revocations.get(key) ?? nothingRevoked;

  const append = <Row>(rows: Row[], row: Row, isSame: (other: Row) => boolean): void => {
    const present = rows.find(isSame);
    if (present === undefined) rows.push(row);
    else if (JSON.stringify(present) !== JSON.stringify(row)) {
      throw new StepkeyError('Config.Invalid');
    }
  };

  return {
    failWith,
    issuances,
    denials,
    putEntry: (subject, cacheKey, entry) => {
      entries.set(keyOf(subject, cacheKey), entry);
      leases.delete(keyOf(subject, cacheKey));
    },
    putLease: (subject, cacheKey, untilEpochMillis) => {
      if (untilEpochMillis === null) leases.delete(keyOf(subject, cacheKey));
      else leases.set(keyOf(subject, cacheKey), untilEpochMillis);
    },
    denyAllBefore: (epochSeconds) => {
      allDeniedBeforeEpochSeconds = epochSeconds;
    },
    putRevocation: (key, state) => {
      revocations.set(key, { ...revocationAt(key), ...state });
    },
    read: async ({ subject, client, grant }, cacheKey): Promise<KnownState> => {
      await Promise.resolve();
      check();
      const at = cacheKey === null ? null : keyOf(subject, cacheKey);
      return {
        identity: identities.get(subject) ?? null,
        revocation: {
          subject: revocationAt(`SUBJECT#${subject}`),
          client: revocationAt(`CLIENT#${client}`),
          grant: revocationAt(`GRANT#${grant}`),
          everything: revocationAt('EVERYTHING'),
        },
        allDeniedBeforeEpochSeconds,
        entry: at === null ? null : (entries.get(at) ?? null),
        leaseUntilEpochMillis: at === null ? null : (leases.get(at) ?? null),
      };
    },
    lookUp: async (subject) => {
      await Promise.resolve();
      check();
      return {
        identity: identities.get(subject) ?? null,
        wasBegun: begun.has(subject),
        awaitsLogin: awaiting.has(subject),
      };
    },
    begin: async (subject) => {
      await Promise.resolve();
      check();
      begun.add(subject);
    },
    awaitLogin: (subject) => {
      identities.delete(subject);
      begun.delete(subject);
      awaiting.add(subject);
    },
    recall: async (subject) => {
      await Promise.resolve();
      check();
      return usernames.get(subject) ?? null;
    },
    remember: async (subject, identity, { username = null, personCame = identity.linked } = {}) => {
      await Promise.resolve();
      check();
      const present = identities.get(subject);
      if (awaiting.has(subject) && !personCame) throw new StepkeyError('Identity.Conflict');
      if (present !== undefined && present.identityId !== identity.identityId) {
        throw new StepkeyError('Identity.Conflict');
      }
      identities.set(subject, {
        identityId: identity.identityId,
        linked: identity.linked || present?.linked === true,
      });
      if (username !== null) usernames.set(subject, username);
      begun.delete(subject);
      awaiting.delete(subject);
    },
    recordIssuance: async (issuance) => {
      await Promise.resolve();
      check();
      append(
        issuances,
        issuance,
        (other) =>
          other.sessionId === issuance.sessionId && other.issuanceId === issuance.issuanceId,
      );
    },
    recordDenial: async (denial) => {
      await Promise.resolve();
      check();
      append(denials, denial, (other) => other.denialId === denial.denialId);
    },
  };
};
