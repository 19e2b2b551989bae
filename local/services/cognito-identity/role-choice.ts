/** Which role the enhanced flow assumes: the pool's role mappings, read on the verified claims of a login. */
import type { JWTPayload } from 'jose';
import { AwsError } from '../../aws.ts';
import type { VerifiedLogin } from './login-tokens.ts';
import type { RoleMapping, RoleRule, StoredIdentityPool } from './model.ts';

/** The one text for a pool without a fitting role and for a role that does not trust the pool. */
export const invalidPoolConfiguration = (): AwsError =>
  new AwsError(
    'InvalidIdentityPoolConfigurationException',
    'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
  );

const refuse = (message: string): never => {
  throw new AwsError('NotAuthorizedException', message);
};

/** Lists are compared as their items with commas between. */
const textOf = (claim: unknown): string | null => {
  if (Array.isArray(claim)) return claim.map(String).join(',');
  if (typeof claim === 'string') return claim;
  return typeof claim === 'number' || typeof claim === 'boolean' ? String(claim) : null;
};

const matches = ({ claim, matchType, value }: RoleRule, claims: JWTPayload): boolean => {
  const text = textOf(claims[claim]);
  // A rule about what is not there never holds, not even NotEqual.
  if (text === null) return false;
  switch (matchType) {
    case 'Equals':
      return text === value;
    case 'NotEqual':
      return text !== value;
    case 'StartsWith':
      return text.startsWith(value);
    case 'Contains':
      return text.includes(value);
  }
};

const roleOfToken = (claims: JWTPayload, customRoleArn: string | null): string | null => {
  const { 'cognito:roles': roles, 'cognito:preferred_role': preferred } = claims;
  if (customRoleArn !== null) {
    if (Array.isArray(roles) && roles.includes(customRoleArn)) return customRoleArn;
    return refuse('The custom role is not one of the roles in the token.');
  }
  return typeof preferred === 'string' ? preferred : null;
};

const roleOfRules = (rules: readonly RoleRule[], claims: JWTPayload): string | null =>
  rules.find((rule) => matches(rule, claims))?.roleArn ?? null;

const mappingOf = (
  { roles }: StoredIdentityPool,
  { login, claims }: VerifiedLogin,
): { readonly name: string; readonly mapping: RoleMapping } | null => {
  // A user pool is mapped for each of its app clients.
  const audience = typeof claims.aud === 'string' ? claims.aud : '';
  for (const name of [`${login.provider}:${audience}`, login.provider]) {
    const mapping = roles.mappings[name];
    if (mapping !== undefined) return { name, mapping };
  }
  return null;
};

export const defaultRole = (pool: StoredIdentityPool, customRoleArn: string | null): string => {
  if (customRoleArn !== null) refuse('This login does not let the caller choose a role.');
  if (pool.roles.authenticated === null) throw invalidPoolConfiguration();
  return pool.roles.authenticated;
};

/**
 * The first login whose provider has a mapping decides; without any it is the pool's authenticated role.
 * @throws AwsError NotAuthorizedException, InvalidIdentityPoolConfigurationException
 */
export const chooseRole = (
  pool: StoredIdentityPool,
  logins: readonly VerifiedLogin[],
  customRoleArn: string | null,
): string => {
  for (const verified of logins) {
    const mapped = mappingOf(pool, verified);
    if (mapped === null) continue;
    const { name, mapping } = mapped;
    if (mapping.type === 'Rules' && customRoleArn !== null) return defaultRole(pool, customRoleArn);
    const role =
      mapping.type === 'Token'
        ? roleOfToken(verified.claims, customRoleArn)
        : roleOfRules(mapping.rules, verified.claims);
    if (role !== null) return role;
    if (mapping.ambiguousRoleResolution === 'AuthenticatedRole') return defaultRole(pool, null);
    return refuse(`The ambiguous role mapping rules for: ${name} denied this request.`);
  }
  return defaultRole(pool, customRoleArn);
};
