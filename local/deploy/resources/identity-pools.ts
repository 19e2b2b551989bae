import * as z from 'zod';
import type { CognitoIdentityService } from '../../services/cognito-identity/service.ts';
import { defineHandler } from '../resource-handler.ts';
import type { ResourceHandler } from '../resource-handler.ts';

const identityPool = z.object({
  IdentityPoolName: z.string().default('identity-pool'),
  AllowUnauthenticatedIdentities: z.boolean(),
  AllowClassicFlow: z.boolean().default(false),
  DeveloperProviderName: z.string().nullable().default(null),
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

const roleAttachment = z.object({
  IdentityPoolId: z.string(),
  Roles: z
    .object({ authenticated: z.string().optional(), unauthenticated: z.string().optional() })
    .prefault({}),
  RoleMappings: z.record(z.string(), z.unknown()).default({}),
});

export const identityPoolHandlers = (
  identity: CognitoIdentityService,
): Record<string, ResourceHandler> => ({
  'AWS::Cognito::IdentityPool': defineHandler(identityPool, async ({ properties, previousId }) => {
    const { id } = await identity.putIdentityPool(previousId ?? null, {
      name: properties.IdentityPoolName,
      allowUnauthenticatedIdentities: properties.AllowUnauthenticatedIdentities,
      allowClassicFlow: properties.AllowClassicFlow,
      developerProviderName: properties.DeveloperProviderName,
      cognitoProviders: properties.CognitoIdentityProviders.map((provider) => ({
        providerName: provider.ProviderName,
        clientId: provider.ClientId,
        serverSideTokenCheck: provider.ServerSideTokenCheck,
      })),
    });
    return { id, attributes: { Id: id, Name: properties.IdentityPoolName } };
  }),
  'AWS::Cognito::IdentityPoolRoleAttachment': defineHandler(
    roleAttachment,
    async ({ properties }) => {
      await identity.putIdentityPoolRoles(properties.IdentityPoolId, {
        authenticated: properties.Roles.authenticated ?? null,
        unauthenticated: properties.Roles.unauthenticated ?? null,
        mappedProviders: Object.keys(properties.RoleMappings),
      });
      return { id: properties.IdentityPoolId, attributes: {} };
    },
  ),
});
