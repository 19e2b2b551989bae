import { createLocalJWKSet } from 'jose';
import type { JWTVerifyGetKey } from 'jose';
import type { UserPoolKeys } from './gateway/authorizer.ts';
import type { CognitoIdpService } from './services/cognito-idp/service.ts';

/** The authorizer's keys, straight from the pool: a pool never changes its own. */
export const userPoolKeysOf = (idp: CognitoIdpService): UserPoolKeys => {
  const known = new Map<string, { issuer: string; keySet: JWTVerifyGetKey }>();
  return async (arn) => {
    const poolId = arn.split('/').at(-1) ?? '';
    const held = known.get(poolId);
    if (held !== undefined) return held;
    const { keys } = await idp.jwks(poolId);
    const made = { issuer: idp.issuer(poolId), keySet: createLocalJWKSet({ keys: [...keys] }) };
    known.set(poolId, made);
    return made;
  };
};
