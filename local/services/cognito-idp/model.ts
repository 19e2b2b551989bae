/** What the user pools keep. Every type here is stored as JSON. */
import type { SrpVerifier } from './srp.ts';

export interface PasswordPolicy {
  readonly minimumLength: number;
  readonly requireUppercase: boolean;
  readonly requireLowercase: boolean;
  readonly requireNumbers: boolean;
  readonly requireSymbols: boolean;
  readonly temporaryPasswordValidityDays: number;
}

export interface PreTokenGenerationTrigger {
  readonly lambdaArn: string;
  readonly lambdaVersion: 'V1_0' | 'V2_0' | 'V3_0';
}

export interface UserPoolSettings {
  readonly name: string;
  readonly passwordPolicy: PasswordPolicy;
  readonly usernameCaseSensitive: boolean;
  /** Names of attributes that a user must have, such as `email`. */
  readonly requiredAttributes: readonly string[];
  /** With their prefix: `custom:tenant`. */
  readonly customAttributes: readonly string[];
  /** Whether people may make themselves users; nobody may where it is absent. */
  readonly selfSignUp?: boolean;
  /** Null where the pool's LambdaConfig names none. */
  readonly preTokenGeneration: PreTokenGenerationTrigger | null;
}

export interface StoredUserPool extends UserPoolSettings {
  readonly id: string;
}

export interface UserPoolClientSettings {
  readonly name: string;
  readonly generateSecret: boolean;
  /** `ALLOW_…` names. Empty means AWS's default: SRP, custom and refresh. */
  readonly explicitAuthFlows: readonly string[];
  /** Empty where AllowedOAuthFlowsUserPoolClient is off. */
  readonly allowedOAuthFlows: readonly string[];
  readonly allowedOAuthScopes: readonly string[];
  /** Where the sign-in page may send people back to, each exactly; absent in a state of before. */
  readonly callbackUrls?: readonly string[];
  readonly accessTokenValiditySeconds: number;
  readonly idTokenValiditySeconds: number;
  readonly refreshTokenValiditySeconds: number;
  readonly authSessionValiditySeconds: number;
  readonly enableTokenRevocation: boolean;
  readonly preventUserExistenceErrors: boolean;
  /** Null where the client may read every attribute. */
  readonly readAttributes: readonly string[] | null;
}

export interface StoredUserPoolClient extends UserPoolClientSettings {
  readonly id: string;
  readonly userPoolId: string;
}

export interface StoredGroup {
  readonly userPoolId: string;
  readonly name: string;
  readonly description: string | null;
  readonly roleArn: string | null;
  /** ≥ 0, the lowest wins; null is the worst. */
  readonly precedence: number | null;
  readonly createdAtEpochMillis: number;
  readonly modifiedAtEpochMillis: number;
}

export interface StoredResourceServer {
  readonly userPoolId: string;
  readonly identifier: string;
  readonly name: string;
  /** Without the identifier: `credentials`, not `stepkey/credentials`. */
  readonly scopes: readonly string[];
}

/** Who comes from an external provider has no password here. */
export type UserStatus =
  'UNCONFIRMED' | 'CONFIRMED' | 'EXTERNAL_PROVIDER' | 'FORCE_CHANGE_PASSWORD' | 'RESET_REQUIRED';

export interface StoredUser {
  readonly userPoolId: string;
  readonly sub: string;
  readonly username: string;
  /** Without `sub`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly status: UserStatus;
  readonly enabled: boolean;
  readonly groups: readonly string[];
  readonly passwordHash: string;
  /** Absent where the password was set before there was one: such a user signs in by password only. */
  readonly srp?: SrpVerifier;
  readonly passwordSetAtEpochMillis: number;
  readonly createdAtEpochMillis: number;
  readonly modifiedAtEpochMillis: number;
}

/** One sign-in: what its refresh token stands for. Its key is the tokens' `origin_jti`. */
export interface StoredSignIn {
  readonly originJti: string;
  readonly eventId: string;
  readonly userPoolId: string;
  readonly clientId: string;
  readonly sub: string;
  readonly authTimeEpochSeconds: number;
  readonly refreshTokenHash: string;
  readonly refreshExpiresAtEpochSeconds: number;
  readonly revoked: boolean;
}

/** A challenge that waits for its answer. Its key is the hash of the session that the caller holds. */
export interface StoredChallenge {
  readonly userPoolId: string;
  readonly clientId: string;
  readonly sub: string;
  readonly expiresAtEpochMillis: number;
}

/** The claims of a token, or what a trigger sends about them. */
export type Claims = Record<string, unknown>;
