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

const roleMapping = z.object({
  // Where the key of the map cannot be a token, the provider's name stands here.
  IdentityProvider: z.string().optional(),
  Type: z.enum(['Token', 'Rules']),
  AmbiguousRoleResolution: z.enum(['AuthenticatedRole', 'Deny']).nullable().default(null),
  RulesConfiguration: z
    .object({
      Rules: z.array(
        z.object({
          Claim: z.string(),
          MatchType: z.enum(['Equals', 'Contains', 'StartsWith', 'NotEqual']),
          Value: z.string(),
          RoleARN: z.string(),
        }),
      ),
    })
    .prefault({ Rules: [] }),
});

const roleAttachment = z.object({
  IdentityPoolId: z.string(),
  Roles: z
    .object({ authenticated: z.string().optional(), unauthenticated: z.string().optional() })
    .prefault({}),
  RoleMappings: z.record(z.string(), roleMapping).default({}),
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
      const mappings = Object.fromEntries(
        Object.entries(properties.RoleMappings).map(([key, mapping]) => [
          mapping.IdentityProvider ?? key,
          {
            type: mapping.Type,
            ambiguousRoleResolution: mapping.AmbiguousRoleResolution,
            rules: mapping.RulesConfiguration.Rules.map((rule) => ({
              claim: rule.Claim,
              matchType: rule.MatchType,
              value: rule.Value,
              roleArn: rule.RoleARN,
            })),
          },
        ]),
      );
      await identity.putIdentityPoolRoles(properties.IdentityPoolId, {
        authenticated: properties.Roles.authenticated ?? null,
        unauthenticated: properties.Roles.unauthenticated ?? null,
        mappings,
      });
      return { id: properties.IdentityPoolId, attributes: {} };
    },
  ),
});
