import { describe, expect, it } from '@jest/globals';
import { deployStacks } from '../../../../local/deploy/deploy.ts';
import { collectApi } from '../../../../local/deploy/resources/api-gateway.ts';
import type { ApiDefinition } from '../../../../local/gateway/api-definition.ts';
import { memoryStore } from '../../../../local/state/store.ts';

const uri =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:api/invocations';
const api = { Ref: 'Api' };
const resources = (integration: Record<string, unknown>) => ({
  Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'stepkey' } },
  V1: {
    Type: 'AWS::ApiGateway::Resource',
    Properties: {
      ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      PathPart: 'v1',
      RestApiId: api,
    },
  },
  Grant: {
    Type: 'AWS::ApiGateway::Resource',
    Properties: { ParentId: { Ref: 'V1' }, PathPart: '{grant}', RestApiId: api },
  },
  Gate: {
    Type: 'AWS::ApiGateway::Authorizer',
    Properties: { Type: 'COGNITO_USER_POOLS', ProviderARNs: ['arn:pool'] },
  },
  Get: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      HttpMethod: 'GET',
      ResourceId: { Ref: 'Grant' },
      AuthorizationType: 'COGNITO_USER_POOLS',
      AuthorizerId: { Ref: 'Gate' },
      AuthorizationScopes: ['stepkey/audit'],
      Integration: integration,
    },
  },
  Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { StageName: 'live', RestApiId: api } },
});

const deployed = async (integration: Record<string, unknown>): Promise<ApiDefinition> => {
  const parts = collectApi();
  await deployStacks({
    templates: [{ stackName: 'Stack', template: { Resources: resources(integration) } }],
    handlers: parts.handlers,
    store: memoryStore(),
    pseudoParameters: {},
  });
  return parts.api();
};

describe('the API of a template', () => {
  it('has its paths, methods, gate and functions', async () => {
    const { stage, resources: made } = await deployed({ Type: 'AWS_PROXY', Uri: uri });
    expect(stage).toBe('live');
    expect(made.map(({ path }) => path)).toEqual(['/', '/v1', '/v1/{grant}']);
    expect(made[2]?.methods).toEqual([
      {
        httpMethod: 'GET',
        scopes: ['stepkey/audit'],
        authorizer: { userPoolArns: ['arn:pool'], header: 'authorization' },
        integration: {
          type: 'AWS_PROXY',
          functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:api',
          timeoutMillis: 29_000,
        },
      },
    ]);
  });

  it('reads the statuses of a mock integration, JSON or not', async () => {
    const { resources: made } = await deployed({
      Type: 'MOCK',
      RequestTemplates: {
        'application/json': '{ statusCode: 204 }',
        'text/plain': '{"statusCode":405}',
      },
    });
    expect(made[2]?.methods[0]?.integration).toMatchObject({
      requestStatuses: { 'application/json': 204, 'text/plain': 405 },
    });
  });

  it.each([
    ['an integration that it does not know', { Type: 'HTTP_PROXY', Uri: 'https://example.com' }],
    [
      'template code',
      {
        Type: 'MOCK',
        RequestTemplates: { 'application/json': '{"statusCode":200}' },
        IntegrationResponses: [
          { StatusCode: '200', ResponseTemplates: { 'application/json': '#set($a = 1)' } },
        ],
      },
    ],
  ])('is refused with %s', async (_case, integration) => {
    await expect(deployed(integration)).rejects.toThrow(
      expect.objectContaining({ name: 'DeployError' }),
    );
  });
});
