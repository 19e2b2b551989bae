/** What the identity pools keep. Every type here is stored as JSON. */
interface CognitoProvider {
  /** `cognito-idp.<region>.amazonaws.com/<userPoolId>` */
  readonly providerName: string;
  readonly clientId: string;
  readonly serverSideTokenCheck: boolean;
}

export interface IdentityPoolSettings {
  readonly name: string;
  readonly allowUnauthenticatedIdentities: boolean;
  readonly allowClassicFlow: boolean;
  /** Cannot be changed once it is set. */
  readonly developerProviderName: string | null;
  readonly cognitoProviders: readonly CognitoProvider[];
}

export interface RoleRule {
  readonly claim: string;
  readonly matchType: 'Equals' | 'Contains' | 'StartsWith' | 'NotEqual';
  readonly value: string;
  readonly roleArn: string;
}

/** How a provider's tokens choose their role. */
export interface RoleMapping {
  readonly type: 'Token' | 'Rules';
  /** Null where the mapping does not say: the request is refused then, too. */
  readonly ambiguousRoleResolution: 'AuthenticatedRole' | 'Deny' | null;
  /** In order; the first that matches wins. */
  readonly rules: readonly RoleRule[];
}

/** What SetIdentityPoolRoles says. */
export interface IdentityPoolRoles {
  readonly authenticated: string | null;
  readonly unauthenticated: string | null;
  /** Under the names of the providers: `cognito-idp.<region>.amazonaws.com/<userPoolId>:<clientId>`. */
  readonly mappings: Readonly<Record<string, RoleMapping>>;
}

export interface StoredIdentityPool extends IdentityPoolSettings {
  readonly id: string;
  readonly roles: IdentityPoolRoles;
}

/** A login as an identity knows it: a developer user identifier, or the subject of a public login. */
export interface LinkedLogin {
  readonly provider: string;
  readonly userId: string;
}

export interface StoredIdentity {
  readonly id: string;
  readonly identityPoolId: string;
  /** Empty for an unauthenticated identity, or once the last login was unlinked. */
  readonly logins: readonly LinkedLogin[];
  /** False only while no login was ever linked: others without logins can no longer be reached. */
  readonly authenticated: boolean;
  readonly createdAtEpochMillis: number;
  readonly modifiedAtEpochMillis: number;
}
