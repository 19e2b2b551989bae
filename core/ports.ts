/**
 * What the core asks of the world. One adapter per port; a task takes only the ports it uses. One file, though long: this
 * is all that the core depends on.
 */
import type { BrokerEvent } from './contracts/events.ts';
import type { Door } from './contracts/caller.ts';
import type { IssueInput, IssueOutcome } from './contracts/issue.ts';
import type { Credentials, Epochs } from './contracts/session.ts';
import type { DimensionsOf, EmittedMetric } from './metrics/metric-list.ts';
import type { SubjectName } from './subject/subject-name.ts';
import type { UserPool } from './user-pools.ts';
import type { Evidence } from './grants/evidence.ts';
import type { RefusalBasis } from './grants/refusal.ts';

export interface Clock {
  readonly nowEpochMillis: () => number;
}

export interface Timer {
  readonly wait: (millis: number) => Promise<void>;
}

/** Takes what happened for the deployment's dashboard and alarms. Never throws: a lost number is nobody's refusal. */
export interface Meter {
  /** What is not in the list of metrics goes nowhere. */
  readonly measure: <Name extends EmittedMetric>(
    name: Name,
    value: number,
    dimensions: DimensionsOf<Name>,
  ) => void;
}

export interface IdSource {
  /** A new identifier, unguessable and sorting by time: 36 characters of `[0-9a-f-]`. */
  readonly next: () => string;
}

export interface Digest {
  /** Lower-case hex SHA-256 of the text's UTF-8 bytes. */
  readonly sha256Hex: (text: string) => string;
}

/** The payload of a token whose signature, issuer and use were verified; still to be read by `readCaller`. */
export type VerifiedClaims = Readonly<Record<string, unknown>>;

export interface TokenVerifier {
  /**
   * Verifies signature, issuer, app client, `token_use` and times against the keys of the configured pools.
   * @throws Token.Expired when only `exp` is against it
   * @throws Token.Invalid for every other fault
   * @throws Upstream.Unavailable when the keys cannot be fetched
   */
  readonly verify: (token: string, door: Door) => Promise<VerifiedClaims>;
}

/** A person as a user pool has them now. */
export interface DirectoryUser {
  readonly sub: string;
  readonly username: string;
  readonly enabled: boolean;
  /** Cognito's `UserStatus`. */
  readonly status: string;
  readonly groups: readonly string[];
  /** By name; values as the pool stores them, all texts. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface UserDirectory {
  /**
   * Finds a person of one user pool with their groups; what it says may be up to a minute old.
   * @returns null for nobody
   * @throws Upstream.Throttled, Upstream.Unavailable, Upstream.Misconfigured
   */
  readonly find: (
    pool: Pick<UserPool, 'alias' | 'userPoolId'>,
    name: SubjectName,
  ) => Promise<DirectoryUser | null>;
}

/** What something was sealed for; each purpose is a separate right in the functions' IAM policies. */
export type SealingPurpose = 'caller-token' | 'openid-token' | 'credentials' | 'warrant';

export interface Sealer {
  /**
   * Encrypts for one purpose. The context is authenticated and shows in CloudTrail: names only, few values.
   * @param grant name of the grant, or `-` where none is chosen yet
   * @returns base64 envelope
   * @throws Upstream.Unavailable or Upstream.Throttled when KMS does not answer, Upstream.Misconfigured when it refuses us
   */
  readonly seal: (purpose: SealingPurpose, grant: string, plaintext: string) => Promise<string>;
  /**
   * Gets ready whatever sealing for this purpose and grant needs from elsewhere, so that what is sealed right after it
   * does not depend on KMS any more.
   * @throws as `seal`
   */
  readonly prepare: (purpose: SealingPurpose, grant: string) => Promise<void>;
  /**
   * Opens an envelope sealed for exactly this purpose and grant.
   * @throws Sealing.Failed when it was altered, or sealed for something else
   * @throws Upstream.Unavailable or Upstream.Throttled when KMS does not answer, Upstream.Misconfigured when it refuses us
   */
  readonly open: (purpose: SealingPurpose, grant: string, envelope: string) => Promise<string>;
}

/** The identity pool, as far as obtaining a token goes. */
export interface OpenIdTokenSource {
  /**
   * An OpenID token for a registered identity, with its principal tags, valid for `durationSeconds`.
   * @param logins provider name → login token or developer user identifier, the developer provider's among them
   * @throws Identity.LoginRequired when the pool wants the person's own login beside the developer's
   * @throws Identity.Conflict when the login belongs to another identity
   * @throws Upstream.Throttled, Upstream.Unavailable, Upstream.Misconfigured
   */
  readonly obtain: (request: {
    readonly identityId: string;
    readonly logins: Readonly<Record<string, string>>;
    readonly tags: Readonly<Record<string, string>>;
    readonly durationSeconds: number;
  }) => Promise<string>;
}

/** The identity pool, as far as identities go. */
export interface IdentityDirectory {
  /**
   * The identity of a person's own login, made on first sight (`GetId`).
   * @throws Token.Expired when the login's token has expired meanwhile
   * @throws Upstream.Throttled, Upstream.Unavailable, Upstream.Misconfigured
   */
  readonly identityOfLogin: (logins: Readonly<Record<string, string>>) => Promise<string>;
  /**
   * Creates the identity of these logins, or links them to `identityId`; the same answer when repeated.
   * @throws Identity.Conflict when a login already belongs to another identity
   * @throws Identity.LoginRequired when the pool wants the person's own login beside the developer's
   * @throws Upstream.Throttled, Upstream.Unavailable, Upstream.Misconfigured
   */
  readonly register: (request: {
    readonly identityId: string | null;
    readonly logins: Readonly<Record<string, string>>;
  }) => Promise<string>;
  /**
   * The identity that a developer login has. AWS limits this call sharply: for repairs, not for every request.
   * @returns null where it has none
   * @throws Upstream.Throttled, Upstream.Unavailable, Upstream.Misconfigured
   */
  readonly identityOfDeveloper: (developerUserIdentifier: string) => Promise<string | null>;
}

/** Who a subject is in the identity pool. */
export interface RegisteredIdentity {
  readonly identityId: string;
  /** Whether the person's own login is linked to the developer's, so that both reach this identity. */
  readonly linked: boolean;
}

/** The usernames of subjects, which never change: a directory is asked by them more cheaply than by `sub`. */
export interface UsernameRegistry {
  /** @returns null where none is on record @throws Upstream.*, Config.Invalid */
  readonly recall: (subject: string) => Promise<string | null>;
}

export interface IdentityRegistry {
  /**
   * What is on record, read strongly consistently, and whether a registration began and never came to its end: then the
   * identity pool may know the subject although the registry does not.
   * @throws Upstream.*, Config.Invalid
   */
  readonly lookUp: (subject: string) => Promise<{
    readonly identity: RegisteredIdentity | null;
    readonly wasBegun: boolean;
    /** An operator had the person's next sign-in decide which identity it is: until then nobody else may register it. */
    readonly awaitsLogin: boolean;
  }>;
  /** Notes that a registration begins; `remember` ends it. @throws Upstream.* */
  readonly begin: (subject: string) => Promise<void>;
  /**
   * Remembers a subject's identity, and the username where it is known. Keeps an identity that is already there.
   * @throws Identity.Conflict when another identity id is already on record, or the person is awaited and has not come
   */
  readonly remember: (
    subject: string,
    identity: RegisteredIdentity,
    known?: {
      readonly username?: string | null;
      /** Whether the person presented an ID token, so that nobody needs to wait any more. */
      readonly personCame?: boolean;
    },
  ) => Promise<void>;
}

export interface CredentialIssuer {
  /**
   * Assumes a role with an identity pool's OpenID token (`AssumeRoleWithWebIdentity`).
   * @throws Session.PolicyTooLarge when the packed policy exceeds STS's limit
   * @throws Upstream.Misconfigured when STS refuses the role, its trust or the policy
   * @throws Upstream.Throttled, Upstream.Unavailable
   */
  readonly assumeRole: (request: {
    readonly roleArn: string;
    readonly sessionName: string;
    readonly openIdToken: string;
    readonly durationSeconds: number;
    readonly sessionPolicy: string | null;
  }) => Promise<AssumedRole>;
}

interface AssumedRole {
  readonly credentials: Credentials;
  readonly expiresAtEpochSeconds: number;
  readonly assumedRoleArn: string;
  /** Per cent of STS's packed limit; null when STS does not say. */
  readonly packedPolicySizePercent: number | null;
}

/** One row that can stop issuing: a subject's, a client's, a grant's, or everything's. */
export interface RevocationState {
  readonly epoch: number;
  /** Tokens of sign-ins at or before this second are refused; 0 when nothing was revoked. */
  readonly revokedBeforeEpochSeconds: number;
  /** How many suspensions are in force: issuing is stopped until an operator has restored each. */
  readonly suspensions: number;
}

/** A cache entry as stored: what may be read without opening it. */
export interface CacheEntry {
  readonly sealedSession: string;
  readonly sessionId: string;
  readonly identityId: string;
  readonly expiresAtEpochSeconds: number;
  readonly epochs: Epochs;
}

/** Everything that is known before minting, read at one instant. */
export interface KnownState {
  readonly identity: RegisteredIdentity | null;
  readonly revocation: Readonly<Record<keyof Epochs, RevocationState>>;
  /** AWS denies every session issued before this second, whosever it is; 0 for none. */
  readonly allDeniedBeforeEpochSeconds: number;
  /** Null when there is none, or only a lease. */
  readonly entry: CacheEntry | null;
  /** There is one that is not of its shape: good for nothing. */
  readonly isEntryMisshapen?: true;
  /** Until when another execution may mint this entry; null when nobody holds the lease. */
  readonly leaseUntilEpochMillis: number | null;
}

export interface CredentialStore {
  /**
   * One strongly consistent batch read of the subject's row, the four revocation rows and the entry.
   * @param cacheKey null to leave the entry out
   * @throws Upstream.Throttled, Upstream.Unavailable, Upstream.Misconfigured
   * @throws Config.Invalid when a row but the entry's is not of its shape: it must not look like "nothing was revoked"
   */
  readonly read: (
    scope: { readonly subject: string; readonly client: string; readonly grant: string },
    cacheKey: string | null,
  ) => Promise<KnownState>;
}

export interface IssueMachine {
  /**
   * Runs the state machine and waits for its end. At most once: it is never repeated by the client.
   * @param name the execution's, and the session's id if it mints: 1–80 of `[0-9A-Za-z-]`
   * @throws the execution's own error, marked `isRecorded`, when that is a name of the catalogue
   * @throws Upstream.Unavailable when it ran out of time or a service under it failed
   */
  readonly run: (input: IssueInput, name: string) => Promise<IssueOutcome>;
  /** Starts the state machine and does not wait. @throws Upstream.Throttled, Upstream.Unavailable */
  readonly start: (input: IssueInput, name: string) => Promise<void>;
}

/** One hand-out of a session, as the ledger keeps it. */
export interface Issuance {
  readonly issuanceId: string;
  readonly sessionId: string;
  readonly subject: string;
  readonly client: string;
  /** The client that acted for the subject; null when the subject asked for itself. */
  readonly actor: string | null;
  readonly grant: string;
  /** Index of the grant's rule that matched, and what of the caller it rested on. */
  readonly rule: number;
  readonly evidence: Evidence;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly identityId: string;
  /** No secret: CloudTrail shows it with each call of the session. */
  readonly accessKeyId: string;
  readonly expiresAtEpochSeconds: number;
  readonly tokenId: string | null;
  readonly source: 'minted' | 'cache';
  readonly stale: boolean;
  readonly atEpochSeconds: number;
}

/** One refusal, as the ledger keeps it. */
export interface Denial {
  readonly denialId: string;
  readonly error: string;
  /** Null where the token itself was refused. */
  readonly subject: string | null;
  readonly client: string | null;
  readonly actor: string | null;
  /** As asked for; null when none was named. */
  readonly grant: string | null;
  readonly tokenId: string | null;
  /** Null where the refusal is about the token or the request, before any grant was asked. */
  readonly basis: RefusalBasis | null;
  readonly atEpochSeconds: number;
}

export interface Ledger {
  /** @throws Upstream.*, or Config.Invalid for another row under the same id: nothing may be handed out then */
  readonly recordIssuance: (issuance: Issuance) => Promise<void>;
  /** @throws as `recordIssuance` */
  readonly recordDenial: (denial: Denial) => Promise<void>;
}

export interface EventBus {
  /**
   * Sends at most ten events.
   * @returns for each whether the bus took it
   * @throws Upstream.Throttled, Upstream.Unavailable, Upstream.Misconfigured when none was taken
   */
  readonly publish: (events: readonly BrokerEvent[]) => Promise<readonly boolean[]>;
}
