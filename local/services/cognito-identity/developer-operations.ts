/** What the developer may do for users that they vouch for. */
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import type { AccessRequest } from '../../iam/policy.ts';
import { pageOf } from '../cognito-idp/page.ts';
import type { IdentityPoolContext } from './context.ts';
import {
  developerTokenInput,
  lookupInput,
  mergeInput,
  poolInput,
  readInput,
  unlinkInput,
} from './inputs.ts';
import type { LinkedLogin, StoredIdentity, StoredIdentityPool } from './model.ts';
import { verifyAll } from './public-operations.ts';

export const onPool =
  (context: IdentityPoolContext, operation: string) =>
  (input: Record<string, unknown>): readonly AccessRequest[] => [
    {
      action: `cognito-identity:${operation}`,
      resource: context.poolArn(readInput(poolInput, input).IdentityPoolId),
    },
  ];

const providerOf = (pool: StoredIdentityPool): string => {
  if (pool.developerProviderName !== null) return pool.developerProviderName;
  throw new AwsError('NotAuthorizedException', 'The identity pool has no developer provider.');
};

const requireProvider = (pool: StoredIdentityPool, name: string): string => {
  const provider = providerOf(pool);
  if (name === provider) return provider;
  throw new AwsError(
    'NotAuthorizedException',
    'The developer provider is not configured for this identity pool.',
  );
};

const identityOf = (
  { identities }: IdentityPoolContext,
  pool: StoredIdentityPool,
  userId: string,
): StoredIdentity => {
  const identity = identities.withLogin(pool.id, { provider: providerOf(pool), userId });
  if (identity !== null) return identity;
  throw new AwsError('ResourceNotFoundException', 'Developer user identifier not found.');
};

const getDeveloperToken =
  (context: IdentityPoolContext): Operation['run'] =>
  async (input) => {
    const request = readInput(developerTokenInput, input);
    const pool = context.pools.get(request.IdentityPoolId);
    const provider = providerOf(pool);
    const { [provider]: userId, ...publicLogins } = request.Logins;
    if (userId === undefined) {
      throw new AwsError(
        'NotAuthorizedException',
        "The Logins lack this identity pool's developer provider.",
      );
    }
    if (userId.length > 1024) {
      throw new AwsError('ValidationException', 'The developer user identifier is too long.');
    }
    const developer: LinkedLogin = { provider, userId };
    const presented = [developer, ...(await verifyAll(context, pool, publicLogins))];
    const identity = context.logins.resolve(pool, request.IdentityId ?? null, presented);
    await context.identities.durable(identity.id);
    return {
      IdentityId: identity.id,
      Token: await context.tokens.issue({
        pool,
        identity,
        logins: presented,
        tags: request.PrincipalTags,
        durationSeconds: request.TokenDuration,
      }),
    };
  };

const lookup =
  (context: IdentityPoolContext): Operation['run'] =>
  (input) => {
    const request = readInput(lookupInput, input);
    const { IdentityId, DeveloperUserIdentifier: userId } = request;
    const pool = context.pools.get(request.IdentityPoolId);
    const provider = providerOf(pool);
    if (userId !== undefined) {
      const identity = identityOf(context, pool, userId);
      if (IdentityId !== undefined && IdentityId !== identity.id) {
        throw new AwsError(
          'ResourceConflictException',
          'The developer user identifier belongs to another identity.',
        );
      }
      return Promise.resolve({
        IdentityId: identity.id,
        DeveloperUserIdentifierList: [userId],
      });
    }
    if (IdentityId === undefined) {
      throw new AwsError(
        'InvalidParameterException',
        'Either IdentityId or DeveloperUserIdentifier must be given.',
      );
    }
    const userIds = context.identities
      .get(pool.id, IdentityId)
      .logins.flatMap((login) => (login.provider === provider ? [login.userId] : []));
    const page = pageOf(userIds, (each) => each, request.MaxResults, request.NextToken);
    return Promise.resolve({
      IdentityId,
      DeveloperUserIdentifierList: page.items,
      ...(page.nextToken === null ? {} : { NextToken: page.nextToken }),
    });
  };

const merge =
  (context: IdentityPoolContext): Operation['run'] =>
  async (input) => {
    const request = readInput(mergeInput, input);
    const pool = context.pools.get(request.IdentityPoolId);
    requireProvider(pool, request.DeveloperProviderName);
    const source = identityOf(context, pool, request.SourceUserIdentifier);
    const destination = identityOf(context, pool, request.DestinationUserIdentifier);
    const merged =
      source.id === destination.id ? source : context.logins.merge(pool, source, destination);
    await context.identities.durable(merged.id);
    return { IdentityId: merged.id };
  };

const unlink =
  (context: IdentityPoolContext): Operation['run'] =>
  async (input) => {
    const request = readInput(unlinkInput, input);
    const pool = context.pools.get(request.IdentityPoolId);
    const provider = requireProvider(pool, request.DeveloperProviderName);
    const identity = context.identities.get(pool.id, request.IdentityId);
    const others = identity.logins.filter(
      (login) => login.provider !== provider || login.userId !== request.DeveloperUserIdentifier,
    );
    if (others.length === identity.logins.length) {
      throw new AwsError(
        'ResourceNotFoundException',
        'The developer user identifier is not linked to this identity.',
      );
    }
    context.identities.setLogins(identity, others);
    await context.identities.durable(identity.id);
    return {};
  };

export const developerOperations = (context: IdentityPoolContext): Record<string, Operation> => ({
  GetOpenIdTokenForDeveloperIdentity: {
    authorize: onPool(context, 'GetOpenIdTokenForDeveloperIdentity'),
    run: getDeveloperToken(context),
  },
  LookupDeveloperIdentity: {
    authorize: onPool(context, 'LookupDeveloperIdentity'),
    run: lookup(context),
  },
  MergeDeveloperIdentities: {
    authorize: onPool(context, 'MergeDeveloperIdentities'),
    run: merge(context),
  },
  UnlinkDeveloperIdentity: {
    authorize: onPool(context, 'UnlinkDeveloperIdentity'),
    run: unlink(context),
  },
});
