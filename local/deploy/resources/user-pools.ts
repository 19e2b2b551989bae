import * as z from 'zod';
import type { CognitoIdpService } from '../../services/cognito-idp/service.ts';
import { defineHandler } from '../resource-handler.ts';
import type { ResourceHandler } from '../resource-handler.ts';

const userPool = z.object({
  UserPoolName: z.string().default('user-pool'),
  Policies: z
    .object({
      PasswordPolicy: z
        .object({
          MinimumLength: z.number().default(8),
          RequireUppercase: z.boolean().default(false),
          RequireLowercase: z.boolean().default(false),
          RequireNumbers: z.boolean().default(false),
          RequireSymbols: z.boolean().default(false),
          TemporaryPasswordValidityDays: z.number().default(7),
        })
        .prefault({}),
    })
    .prefault({}),
  AdminCreateUserConfig: z
    .object({ AllowAdminCreateUserOnly: z.boolean().default(false) })
    .prefault({}),
  UsernameConfiguration: z.object({ CaseSensitive: z.boolean().default(false) }).prefault({}),
  Schema: z
    .array(
      z.object({
        Name: z.string(),
        Required: z.boolean().default(false),
        AttributeDataType: z.string().optional(),
      }),
    )
    .default([]),
  LambdaConfig: z
    .object({
      PreTokenGeneration: z.string().optional(),
      PreTokenGenerationConfig: z
        .object({ LambdaArn: z.string(), LambdaVersion: z.enum(['V1_0', 'V2_0', 'V3_0']) })
        .optional(),
    })
    .prefault({}),
});

const unit = z.enum(['seconds', 'minutes', 'hours', 'days']);
const client = z.object({
  UserPoolId: z.string(),
  ClientName: z.string().default('client'),
  GenerateSecret: z.boolean().default(false),
  ExplicitAuthFlows: z.array(z.string()).default([]),
  AllowedOAuthFlowsUserPoolClient: z.boolean().default(false),
  AllowedOAuthFlows: z.array(z.string()).default([]),
  AllowedOAuthScopes: z.array(z.string()).default([]),
  CallbackURLs: z.array(z.string()).default([]),
  AccessTokenValidity: z.number().optional(),
  IdTokenValidity: z.number().optional(),
  RefreshTokenValidity: z.number().optional(),
  AuthSessionValidity: z.number().default(3),
  TokenValidityUnits: z
    .object({
      AccessToken: unit.default('hours'),
      IdToken: unit.default('hours'),
      RefreshToken: unit.default('days'),
    })
    .prefault({}),
  EnableTokenRevocation: z.boolean().default(true),
  PreventUserExistenceErrors: z.string().default('LEGACY'),
  ReadAttributes: z.array(z.string()).nullable().default(null),
});

const group = z.object({
  UserPoolId: z.string(),
  GroupName: z.string(),
  Description: z.string().nullable().default(null),
  RoleArn: z.string().nullable().default(null),
  Precedence: z.coerce.number().nullable().default(null),
});

const resourceServer = z.object({
  UserPoolId: z.string(),
  Identifier: z.string(),
  Name: z.string(),
  Scopes: z.array(z.object({ ScopeName: z.string() })).default([]),
});

const domain = z.object({ UserPoolId: z.string(), Domain: z.string() });

const secondsIn = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;

const seconds = (value: number | undefined, of: z.infer<typeof unit>, standard: number): number =>
  value === undefined || value === 0 ? standard : value * secondsIn[of];

const triggerOf = (
  config: z.infer<typeof userPool>['LambdaConfig'],
): { lambdaArn: string; lambdaVersion: 'V1_0' | 'V2_0' | 'V3_0' } | null => {
  const { PreTokenGeneration: first, PreTokenGenerationConfig: later } = config;
  if (later !== undefined) {
    return { lambdaArn: later.LambdaArn, lambdaVersion: later.LambdaVersion };
  }
  return first === undefined ? null : { lambdaArn: first, lambdaVersion: 'V1_0' };
};

/** Standard attributes are named as they are, others get their prefix from Cognito. */
const standardAttributes =
  /^(?:address|birthdate|email|family_name|gender|given_name|locale|middle_name|name|nickname|phone_number|picture|preferred_username|profile|updated_at|website|zoneinfo|sub)$/;

/** Pools, clients, groups, scopes and domains; kept when a template drops them, as people hang on them. */
export const userPoolHandlers = (idp: CognitoIdpService): Record<string, ResourceHandler> => ({
  'AWS::Cognito::UserPool': defineHandler(userPool, async ({ properties, previousId }) => {
    const { PasswordPolicy: password } = properties.Policies;
    const schema = properties.Schema.map(({ Name, Required }) => ({
      name: standardAttributes.test(Name) ? Name : `custom:${Name}`,
      required: Required,
    }));
    const { id } = await idp.putUserPool(previousId ?? null, {
      name: properties.UserPoolName,
      passwordPolicy: {
        minimumLength: password.MinimumLength,
        requireUppercase: password.RequireUppercase,
        requireLowercase: password.RequireLowercase,
        requireNumbers: password.RequireNumbers,
        requireSymbols: password.RequireSymbols,
        temporaryPasswordValidityDays: password.TemporaryPasswordValidityDays,
      },
      usernameCaseSensitive: properties.UsernameConfiguration.CaseSensitive,
      requiredAttributes: schema.flatMap(({ name, required }) => (required ? [name] : [])),
      customAttributes: schema.flatMap(({ name }) => (name.startsWith('custom:') ? [name] : [])),
      selfSignUp: !properties.AdminCreateUserConfig.AllowAdminCreateUserOnly,
      preTokenGeneration: triggerOf(properties.LambdaConfig),
    });
    const issuer = idp.issuer(id);
    return {
      id,
      attributes: {
        Arn: idp.poolArn(id),
        UserPoolId: id,
        ProviderName: issuer.replace('https://', ''),
        ProviderURL: issuer,
      },
    };
  }),
  'AWS::Cognito::UserPoolClient': defineHandler(client, async ({ properties, previousId }) => {
    const { TokenValidityUnits: units } = properties;
    const oauth = properties.AllowedOAuthFlowsUserPoolClient;
    const { id } = await idp.putClient(previousId ?? null, properties.UserPoolId, {
      name: properties.ClientName,
      generateSecret: properties.GenerateSecret,
      explicitAuthFlows: properties.ExplicitAuthFlows,
      allowedOAuthFlows: oauth ? properties.AllowedOAuthFlows : [],
      allowedOAuthScopes: oauth ? properties.AllowedOAuthScopes : [],
      callbackUrls: oauth ? properties.CallbackURLs : [],
      accessTokenValiditySeconds: seconds(properties.AccessTokenValidity, units.AccessToken, 3600),
      idTokenValiditySeconds: seconds(properties.IdTokenValidity, units.IdToken, 3600),
      refreshTokenValiditySeconds: seconds(
        properties.RefreshTokenValidity,
        units.RefreshToken,
        30 * secondsIn.days,
      ),
      authSessionValiditySeconds: properties.AuthSessionValidity * 60,
      enableTokenRevocation: properties.EnableTokenRevocation,
      preventUserExistenceErrors: properties.PreventUserExistenceErrors === 'ENABLED',
      readAttributes: properties.ReadAttributes,
    });
    // Without `ClientSecret`: attributes are written down.
    return { id, attributes: { ClientId: id, Name: properties.ClientName } };
  }),
  'AWS::Cognito::UserPoolGroup': defineHandler(group, async ({ properties }) => {
    await idp.putGroup(properties.UserPoolId, properties.GroupName, {
      description: properties.Description,
      roleArn: properties.RoleArn,
      precedence: properties.Precedence,
    });
    return { id: properties.GroupName, attributes: {} };
  }),
  'AWS::Cognito::UserPoolResourceServer': defineHandler(resourceServer, async ({ properties }) => {
    await idp.putResourceServer({
      userPoolId: properties.UserPoolId,
      identifier: properties.Identifier,
      name: properties.Name,
      scopes: properties.Scopes.map(({ ScopeName }) => ScopeName),
    });
    return { id: properties.Identifier, attributes: {} };
  }),
  'AWS::Cognito::UserPoolDomain': defineHandler(domain, async ({ properties }) => {
    await idp.putDomain(properties.UserPoolId, properties.Domain);
    return { id: properties.Domain, attributes: {} };
  }),
});
