/** Where a token was presented: the ID door takes ID tokens, the access door access tokens. */
export type Door = 'id' | 'access';

export type ClaimValue = string | number | boolean | readonly string[];

/**
 * Who asks, as the verified token says: everything a decision may depend on, and nothing secret.
 * It is part of the execution's data, so it holds no claim that no grant refers to.
 */
export interface Caller {
  /** Whom credentials are for: `issuerAlias:sub`; opaque, never an email. */
  readonly subject: string;
  readonly issuerAlias: string;
  readonly sub: string;
  /** The broker's name of the app client whose token this is, as grants list it. */
  readonly client: string;
  readonly tokenUse: Door;
  /** `machine` for a client's own token (`client_credentials`), which has no user behind it. */
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
