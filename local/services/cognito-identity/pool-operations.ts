/** The calls that make, show and remove identity pools and say which roles they give. */
import * as z from 'zod';
import type { Operation } from '../../aws.ts';
import type { IdentityPoolContext } from './context.ts';
import { onPool } from './developer-operations.ts';
import { poolInput, readInput } from './inputs.ts';
import type { StoredIdentityPool } from './model.ts';

const createInput = z.object({
  IdentityPoolName: z.string().min(1).max(128),
  AllowUnauthenticatedIdentities: z.boolean(),
  AllowClassicFlow: z.boolean().default(false),
  DeveloperProviderName: z.string().min(1).max(128).optional(),
  CognitoIdentityProviders: z
    .array(
      z.object({
        ProviderName: z.string(),
        ClientId: z.string(),
        ServerSideTokenCheck: z.boolean().default(false),
      }),
    )
    .default([]),
});

const rule = z.object({
  Claim: z.string().min(1).max(64),
  MatchType: z.enum(['Equals', 'Contains', 'StartsWith', 'NotEqual']),
  Value: z.string().min(1).max(128),
  RoleARN: z.string().min(20).max(2048),
});
const rolesInput = poolInput.extend({
  Roles: z.object({
    authenticated: z.string().optional(),
    unauthenticated: z.string().optional(),
  }),
  RoleMappings: z
    .record(
      z.string(),
      z.object({
        Type: z.enum(['Token', 'Rules']),
        AmbiguousRoleResolution: z.enum(['AuthenticatedRole', 'Deny']).optional(),
        RulesConfiguration: z.object({ Rules: z.array(rule).min(1).max(25) }).optional(),
      }),
    )
    .default({}),
});

const describePool = (pool: StoredIdentityPool) => ({
  IdentityPoolId: pool.id,
  IdentityPoolName: pool.name,
  AllowUnauthenticatedIdentities: pool.allowUnauthenticatedIdentities,
  AllowClassicFlow: pool.allowClassicFlow,
  ...(pool.developerProviderName === null
    ? {}
    : { DeveloperProviderName: pool.developerProviderName }),
  CognitoIdentityProviders: pool.cognitoProviders.map(
    ({ providerName, clientId, serverSideTokenCheck }) => ({
      ProviderName: providerName,
      ClientId: clientId,
      ServerSideTokenCheck: serverSideTokenCheck,
    }),
  ),
});

export const poolOperations = (context: IdentityPoolContext): Record<string, Operation> => ({
  CreateIdentityPool: {
    authorize: () => [
      { action: 'cognito-identity:CreateIdentityPool', resource: context.poolArn('*') },
    ],
    run: async (input) => {
      const request = readInput(createInput, input);
      const pool = await context.pools.put(null, {
        name: request.IdentityPoolName,
        allowUnauthenticatedIdentities: request.AllowUnauthenticatedIdentities,
        allowClassicFlow: request.AllowClassicFlow,
        developerProviderName: request.DeveloperProviderName ?? null,
        cognitoProviders: request.CognitoIdentityProviders.map((provider) => ({
          providerName: provider.ProviderName,
          clientId: provider.ClientId,
          serverSideTokenCheck: provider.ServerSideTokenCheck,
        })),
      });
      return describePool(pool);
    },
  },
  DescribeIdentityPool: {
    authorize: onPool(context, 'DescribeIdentityPool'),
    run: (input) =>
      Promise.resolve(describePool(context.pools.get(readInput(poolInput, input).IdentityPoolId))),
  },
  DeleteIdentityPool: {
    authorize: onPool(context, 'DeleteIdentityPool'),
    run: async (input) => {
      await context.pools.remove(readInput(poolInput, input).IdentityPoolId);
      return {};
    },
  },
  SetIdentityPoolRoles: {
    authorize: onPool(context, 'SetIdentityPoolRoles'),
    run: async (input) => {
      const { IdentityPoolId, Roles, RoleMappings } = readInput(rolesInput, input);
      await context.pools.putRoles(IdentityPoolId, {
        authenticated: Roles.authenticated ?? null,
        unauthenticated: Roles.unauthenticated ?? null,
        mappings: Object.fromEntries(
          Object.entries(RoleMappings).map(([name, mapping]) => [
            name,
            {
              type: mapping.Type,
              ambiguousRoleResolution: mapping.AmbiguousRoleResolution ?? null,
              rules: (mapping.RulesConfiguration?.Rules ?? []).map((each) => ({
                claim: each.Claim,
                matchType: each.MatchType,
                value: each.Value,
                roleArn: each.RoleARN,
              })),
            },
          ]),
        ),
      });
      return {};
    },
  },
});
