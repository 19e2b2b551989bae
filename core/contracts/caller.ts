/** Where a token was presented: the ID door takes ID tokens, the access door access tokens. */
export type Door = 'id' | 'access';

/** The scopes that access tokens may carry; the resource server is called `stepkey`. */
export type Scope = 'stepkey/credentials' | 'stepkey/act-as' | 'stepkey/audit' | 'stepkey/revoke';

export type ClaimValue = string | number | boolean | readonly string[];

/**
 * Who asks, as the verified token says: everything a decision may depend on, and nothing secret.
 * It is part of the execution's data, so it holds no claim that no grant refers to.
 * With an actor, `subject`, `sub`, `username`, `groups` and `claims` are the subject's, as the user directory has them
 * now; `client` is the actor's, and everything about a token is about the one that the actor presented.
 */
export interface Caller {
  /** Whom credentials are for: `issuerAlias:sub`; opaque, never an email. */
  readonly subject: string;
  readonly issuerAlias: string;
  readonly sub: string;
  /** The user directory's name of the subject; null for a machine. */
  readonly username: string | null;
  /** The broker's name of the app client whose token this is, as grants list it. */
  readonly client: string;
  /** The client that asks on the subject's behalf; null when the subject asks for itself. */
  readonly actor: string | null;
  readonly tokenUse: Door;
  /** What the subject is: `machine` for a client that asks for itself with its own token (`client_credentials`). */
  readonly kind: 'person' | 'machine';
  /** Of the access token; an ID token has none. */
  readonly scopes: readonly string[];
  /** The token's `jti`; null when it has none. */
  readonly tokenId: string | null;
  /** When the person signed in; unchanged by refreshes. */
  readonly authTimeEpochSeconds: number;
  readonly expiresAtEpochSeconds: number;
  readonly groups: readonly string[];
  /** `cognito:roles`; empty when the claim is absent. */
  readonly roles: readonly string[];
  /** `cognito:preferred_role`; null when absent, as on a tie of precedence. */
  readonly preferredRole: string | null;
  /** The claims that some grant refers to, by claim name; absent claims are absent here. */
  readonly claims: Readonly<Record<string, ClaimValue>>;
}
