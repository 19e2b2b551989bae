import { describe, expect, it } from '@jest/globals';
import { flatten } from './policy-lines.ts';
import { synthesizeStepkey } from './stepkey-templates.ts';

interface ClientProperties {
  readonly ClientName: string;
  readonly GenerateSecret: boolean;
  readonly ExplicitAuthFlows: readonly string[];
  readonly AllowedOAuthFlows?: readonly string[];
  readonly AllowedOAuthScopes?: readonly unknown[];
}

const { identity } = synthesizeStepkey();
const clients = Object.fromEntries(
  Object.values(identity.findResources('AWS::Cognito::UserPoolClient')).map((resource) => {
    const properties = resource['Properties'] as ClientProperties;
    return [properties.ClientName, properties];
  }),
);

describe('the user pool', () => {
  it('is of the Essentials tier and lets only administrators make users', () => {
    identity.hasResourceProperties('AWS::Cognito::UserPool', {
      UserPoolTier: 'ESSENTIALS',
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      Policies: {
        PasswordPolicy: {
          MinimumLength: 10,
          RequireLowercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
          RequireUppercase: true,
        },
      },
    });
  });

  it('has the groups that grants refer to, roles only on red and blue', () => {
    const groups = Object.values(identity.findResources('AWS::Cognito::UserPoolGroup')).map(
      (resource) => resource['Properties'] as { GroupName: string; RoleArn?: unknown },
    );
    expect(groups.map(({ GroupName }) => GroupName).sort()).toEqual([
      'auditors',
      'blue',
      'operators',
      'readers',
      'red',
      'writers',
    ]);
    expect(
      groups.filter(({ RoleArn }) => RoleArn !== undefined).map(({ GroupName }) => GroupName),
    ).toEqual(['red', 'blue']);
  });

  it('has the scopes of the API', () => {
    identity.hasResourceProperties('AWS::Cognito::UserPoolResourceServer', {
      Identifier: 'stepkey',
      Scopes: ['credentials', 'act-as', 'audit', 'revoke'].map((ScopeName) => ({ ScopeName })),
    });
  });

  it('signs people in under a domain of the account', () => {
    const [domain] = Object.values(identity.findResources('AWS::Cognito::UserPoolDomain'));
    expect(flatten((domain?.['Properties'] as { Domain: unknown }).Domain)).toBe(
      'stepkey-<AWS::AccountId>',
    );
  });
});

describe('the app clients', () => {
  it.each([
    ['app', true],
    ['cli', false],
  ])('%s signs people in with a password or SRP, and offers no OAuth flow', (name, secret) => {
    expect(clients[name]).toMatchObject({
      GenerateSecret: secret,
      ExplicitAuthFlows: [
        'ALLOW_USER_PASSWORD_AUTH',
        'ALLOW_USER_SRP_AUTH',
        'ALLOW_REFRESH_TOKEN_AUTH',
      ],
    });
    expect(clients[name]?.AllowedOAuthFlows).toBeUndefined();
  });

  it.each([
    ['service', 'credentials'],
    ['batch', 'act-as'],
    ['audit', 'audit'],
    ['operator', 'revoke'],
  ])('%s is a machine with the one scope %s and no way for a person', (name, scope) => {
    expect(clients[name]).toMatchObject({
      GenerateSecret: true,
      AllowedOAuthFlows: ['client_credentials'],
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
    });
    expect(clients[name]?.AllowedOAuthScopes?.map(flatten)).toEqual([`<UserPoolScopes>/${scope}`]);
  });
});

describe('the identity pool', () => {
  const [pool] = Object.values(identity.findResources('AWS::Cognito::IdentityPool')).map(
    (resource) =>
      resource['Properties'] as {
        CognitoIdentityProviders: readonly { ClientId: unknown; ServerSideTokenCheck: boolean }[];
      },
  );

  it('knows the developer provider, takes no stranger and has no role of its own', () => {
    expect(pool).toMatchObject({
      DeveloperProviderName: 'login.stepkey',
      AllowUnauthenticatedIdentities: false,
      AllowClassicFlow: true,
    });
    identity.resourceCountIs('AWS::Cognito::IdentityPoolRoleAttachment', 0);
  });

  it('takes the tokens of people’s clients and asks the user pool whether they still hold', () => {
    expect(
      pool?.CognitoIdentityProviders.map(({ ClientId, ServerSideTokenCheck }) => [
        flatten(ClientId),
        ServerSideTokenCheck,
      ]),
    ).toEqual([
      ['<UserPoolapp>', true],
      ['<UserPoolcli>', true],
    ]);
  });
});

describe('the outputs', () => {
  it('name what clients and the machine’s tools need', () => {
    const outputs = identity.toJSON()['Outputs'] as Record<string, { Export?: unknown }>;
    expect(
      Object.entries(outputs)
        .filter(([, output]) => output.Export === undefined)
        .map(([name]) => name),
    ).toEqual([
      'UserPoolId',
      'UserPoolIssuer',
      'UserPoolDomain',
      'ClientIdApp',
      'ClientIdCli',
      'ClientIdService',
      'ClientIdBatch',
      'ClientIdAudit',
      'ClientIdOperator',
      'IdentityPoolId',
      'DeveloperProvider',
    ]);
  });
});
