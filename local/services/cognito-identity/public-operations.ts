/** GetId, GetOpenIdToken and UnlinkIdentity: what anybody may ask, with a login of their own. */
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import type { IdentityPoolContext } from './context.ts';
import { getIdInput, getOpenIdTokenInput, readInput, unlinkIdentityInput } from './inputs.ts';
import type { VerifiedLogin } from './login-tokens.ts';
import { mismatch, sameLogin } from './logins.ts';
import type { LinkedLogin, StoredIdentityPool } from './model.ts';

export const openIdTokenSeconds = 600;

export const verifyWithClaims = (
  { verifyLogin }: IdentityPoolContext,
  pool: StoredIdentityPool,
  logins: Readonly<Record<string, string>>,
): Promise<VerifiedLogin[]> =>
  Promise.all(
    Object.entries(logins).map(([provider, token]) => verifyLogin(pool, provider, token)),
  );

export const verifyAll = async (
  context: IdentityPoolContext,
  pool: StoredIdentityPool,
  logins: Readonly<Record<string, string>>,
): Promise<LinkedLogin[]> =>
  (await verifyWithClaims(context, pool, logins)).map(({ login }) => login);

export const requireUnauthenticatedAccess = (pool: StoredIdentityPool): void => {
  if (pool.allowUnauthenticatedIdentities) return;
  throw new AwsError(
    'NotAuthorizedException',
    'Unauthenticated access is not supported for this identity pool.',
  );
};

const requireClassicFlow = (pool: StoredIdentityPool): void => {
  if (!pool.allowClassicFlow) {
    throw new AwsError(
      'InvalidParameterException',
      'Basic (classic) flow is not enabled, please use enhanced flow.',
    );
  }
  if (Object.keys(pool.roles.mappings).length > 0) {
    throw new AwsError(
      'InvalidParameterException',
      'Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.',
    );
  }
};

const getId =
  (context: IdentityPoolContext): Operation['run'] =>
  async (input) => {
    const { IdentityPoolId, Logins } = readInput(getIdInput, input);
    const pool = context.pools.get(IdentityPoolId);
    const presented = await verifyAll(context, pool, Logins);
    if (presented.length === 0) requireUnauthenticatedAccess(pool);
    const identity = context.logins.resolve(pool, null, presented);
    await context.identities.durable(identity.id);
    return { IdentityId: identity.id };
  };

const getOpenIdToken =
  (context: IdentityPoolContext): Operation['run'] =>
  async (input) => {
    const { IdentityId, Logins } = readInput(getOpenIdTokenInput, input);
    const { identityPoolId } = context.identities.get(null, IdentityId);
    const pool = context.pools.get(identityPoolId);
    requireClassicFlow(pool);
    const presented = await verifyAll(context, pool, Logins);
    const identity = context.logins.resolve(pool, IdentityId, presented);
    if (!identity.authenticated) requireUnauthenticatedAccess(pool);
    await context.identities.durable(identity.id);
    return {
      IdentityId: identity.id,
      Token: await context.tokens.issue({
        pool,
        identity,
        logins: presented,
        tags: {},
        durationSeconds: openIdTokenSeconds,
      }),
    };
  };

const unlinkIdentity =
  (context: IdentityPoolContext): Operation['run'] =>
  async (input) => {
    const { IdentityId, Logins, LoginsToRemove } = readInput(unlinkIdentityInput, input);
    const identity = context.identities.get(null, IdentityId);
    const pool = context.pools.get(identity.identityPoolId);
    const presented = await verifyAll(context, pool, Logins);
    const current = context.identities.get(pool.id, identity.id);
    const known = presented.some((login) => current.logins.some((has) => sameLogin(has, login)));
    if (!known) return mismatch();
    context.identities.setLogins(
      current,
      current.logins.filter(({ provider }) => !LoginsToRemove.includes(provider)),
    );
    await context.identities.durable(identity.id);
    return {};
  };

export const publicOperations = (context: IdentityPoolContext): Record<string, Operation> => ({
  GetId: { authorize: 'unsigned', run: getId(context) },
  GetOpenIdToken: { authorize: 'unsigned', run: getOpenIdToken(context) },
  UnlinkIdentity: { authorize: 'unsigned', run: unlinkIdentity(context) },
});
