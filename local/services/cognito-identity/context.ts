/** What the identity pools' operations share. */
import type { Identities } from './identities.ts';
import type { LoginVerifier } from './login-tokens.ts';
import type { LoginResolver } from './logins.ts';
import type { OpenIdTokens } from './open-id-tokens.ts';
import type { IdentityPools } from './pools.ts';

export interface IdentityPoolContext {
  readonly poolArn: (identityPoolId: string) => string;
  readonly pools: IdentityPools;
  readonly identities: Identities;
  readonly verifyLogin: LoginVerifier;
  readonly logins: LoginResolver;
  readonly tokens: OpenIdTokens;
}
