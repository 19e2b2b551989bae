import { compileTokenClaims } from '../../core/token-claims/compile.ts';
import type { TokenClaims } from '../../core/token-claims/token-claims.ts';

export const tokenClaimsText = (...rules: readonly unknown[]): string =>
  JSON.stringify({ description: 'For a test.', rules });

/** Compiled as the deployment compiles its file. */
export const tokenClaims = (...rules: readonly unknown[]): TokenClaims =>
  compileTokenClaims('token-claims.json', tokenClaimsText(...rules));
