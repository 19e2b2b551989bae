import { apiRoutes, routeNameOf } from '../../core/contracts/api-routes.ts';
import { describe, expect, it } from '@jest/globals';
import { errorCatalogue, type ErrorName } from '../../core/errors.ts';
import { containerFieldsOf, problemOf } from '../../core/problem.ts';
import { flatten } from './policy-lines.ts';
import { synthesizeStepkey } from './stepkey-templates.ts';

interface ResourceProperties {
  readonly PathPart: string;
  readonly ParentId: { readonly Ref?: string };
}

interface MethodProperties {
  readonly HttpMethod: string;
  readonly ResourceId: { readonly Ref: string };
  readonly AuthorizationType: string;
  readonly AuthorizerId?: unknown;
  readonly AuthorizationScopes?: unknown;
  readonly Integration: {
    readonly Type: string;
    readonly Uri?: unknown;
    readonly RequestTemplates?: Readonly<Record<string, string>>;
    readonly IntegrationResponses?: readonly {
      readonly StatusCode: string;
      readonly ResponseParameters: Readonly<Record<string, string>>;
      readonly ResponseTemplates: Readonly<Record<string, string>>;
    }[];
  };
}

const { broker } = synthesizeStepkey();
const resources = broker.findResources('AWS::ApiGateway::Resource');
const pathOf = (logicalId: string): string => {
  const found = resources[logicalId]?.['Properties'] as ResourceProperties | undefined;
  if (found === undefined) return '';
  return `${pathOf(found.ParentId.Ref ?? '')}/${found.PathPart}`;
};
const methodsOf = (template: typeof broker) =>
  Object.values(template.findResources('AWS::ApiGateway::Method'))
    .map((resource) => resource['Properties'] as MethodProperties)
    .map((method) => [`${method.HttpMethod} ${pathOf(method.ResourceId.Ref)}`, method] as const);
const methods = methodsOf(broker);
const paths = new Set(apiRoutes.map(({ path }) => path));
const refusing = methods.filter(([route]) => route.startsWith('ANY '));
const answering = methods.filter(([route]) => !route.startsWith('ANY '));
const guarded = answering.filter(([route]) => route !== 'GET /v1/health');

describe('the routes of the API', () => {
  it('are the documented ones', () => {
    const documented = [
      'DELETE /v1/batches/{id}',
      'GET /v1/batches/{id}',
      'POST /v1/batches',
      'POST /v1/batches/{id}/resume',
      'GET /v1/container-credentials/{grant}',
      'GET /v1/exchange/container-credentials/{grant}',
      'GET /v1/health',
      'GET /v1/grants',
      'GET /v1/identity',
      'GET /v1/revocations',
      'GET /v1/revocations/{revocationId}',
      'DELETE /v1/revocations/{revocationId}',
      'POST /v1/revocations',
      'GET /v1/issuances',
      'GET /v1/issuances/{id}',
      'GET /v1/issuances/{id}/steps',
      'GET /v1/ledger',
      'GET /v1/ledger/{shard}',
      'GET /v1/sessions/{id}',
      'GET /v1/sessions/{id}/steps',
      'GET /v1/subjects/{id}',
      'POST /v1/credentials',
      'POST /v1/decisions',
      'POST /v1/exchange/credentials',
      'POST /v1/exchange/decisions',
      'POST /v1/redrives',
      'POST /v1/replays',
    ];
    expect(answering.map(([route]) => route).sort()).toEqual(documented.sort());
  });

  it.each(guarded)(
    '[SEC-20] %s takes the tokens of its door, of the user pools',
    (route, method) => {
      expect(method.AuthorizationType).toBe('COGNITO_USER_POOLS');
      expect(flatten(method.AuthorizerId)).toBe('<BrokerApiAuthorizer>');
      // Scopes make it the access tokens' door.
      const { scopes = [] } = apiRoutes.find((each) => routeNameOf(each) === route) ?? {};
      expect(method.AuthorizationScopes ?? []).toEqual(scopes);
    },
  );

  it('of revocation take access tokens of operators only [SEC-33]', () => {
    const ofRevocation = guarded.filter(([route]) => route.includes('/v1/revocations'));
    expect(ofRevocation).toHaveLength(4);
    for (const [, { AuthorizationScopes }] of ofRevocation) {
      expect(AuthorizationScopes).toEqual(['stepkey/revoke']);
    }
  });

  it('leave only health open', () => {
    const open = answering.filter(([, { AuthorizationType }]) => AuthorizationType === 'NONE');
    expect(open.map(([route]) => route)).toEqual(['GET /v1/health']);
  });

  it.each(answering)('%s goes to its function', (route, { Integration }) => {
    expect(Integration.Type).toBe('AWS_PROXY');
    const { handler } = apiRoutes.find((each) => routeNameOf(each) === route) ?? {};
    expect(flatten(Integration.Uri)).toMatch(
      new RegExp(`/functions/<Broker[A-Z][a-z]+${handler ?? ''}Function.Arn>/`),
    );
  });

  it.each(refusing)('%s is told 405 and what is allowed, without a function', (route, method) => {
    const { Integration, AuthorizationType } = method;
    expect([Integration.Type, AuthorizationType]).toEqual(['MOCK', 'NONE']);
    expect(Object.values(Integration.RequestTemplates ?? {})).toContain('{"statusCode":405}');
    const [response, ...others] = Integration.IntegrationResponses ?? [];
    expect(others).toEqual([]);
    expect(response?.StatusCode).toBe('405');
    expect(JSON.parse(response?.ResponseTemplates['application/json'] ?? '')).toEqual(
      problemOf('Request.MethodNotAllowed'),
    );
    const path = route.replace('ANY ', '');
    const allowed = apiRoutes.filter((each) => each.path === path).map(({ method: name }) => name);
    expect(response?.ResponseParameters).toMatchObject({
      'method.response.header.Allow': `'${allowed.join(', ')}'`,
      'method.response.header.Content-Type': "'application/problem+json'",
    });
  });

  it('refuse other methods on every path that answers one', () => {
    expect(refusing).toHaveLength(paths.size);
  });

  it('answer no browser of another origin unless the deployment says so', () => {
    expect(methods.map(([route]) => route).filter((route) => route.startsWith('OPTIONS'))).toEqual(
      [],
    );
    const { broker: opened } = synthesizeStepkey({
      'stepkey:corsOrigins': 'https://app.example',
    });
    const preflights = methodsOf(opened).filter(([route]) => route.startsWith('OPTIONS '));
    expect(preflights).toHaveLength(paths.size);
    expect(JSON.stringify(preflights)).toContain("'https://app.example'");
    opened.allResourcesProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseParameters: {
        'gatewayresponse.header.Access-Control-Allow-Origin': "'https://app.example'",
      },
    });
  });
});

describe('API Gateway’s own errors', () => {
  const expected: Readonly<Record<string, ErrorName>> = {
    UNAUTHORIZED: 'Token.Invalid',
    ACCESS_DENIED: 'Token.Invalid',
    EXPIRED_TOKEN: 'Token.Expired',
    INVALID_API_KEY: 'Token.Invalid',
    INVALID_SIGNATURE: 'Token.Invalid',
    MISSING_AUTHENTICATION_TOKEN: 'Request.NotFound',
    RESOURCE_NOT_FOUND: 'Request.NotFound',
    BAD_REQUEST_BODY: 'Request.Malformed',
    BAD_REQUEST_PARAMETERS: 'Request.Malformed',
    REQUEST_TOO_LARGE: 'Request.TooLarge',
    UNSUPPORTED_MEDIA_TYPE: 'Request.UnsupportedMediaType',
    THROTTLED: 'Upstream.Throttled',
    QUOTA_EXCEEDED: 'Upstream.Throttled',
    INTEGRATION_FAILURE: 'Upstream.Unavailable',
    INTEGRATION_TIMEOUT: 'Upstream.Unavailable',
    DEFAULT_4XX: 'Request.Malformed',
    DEFAULT_5XX: 'Config.Invalid',
  };

  it('are each a name of the catalogue', () => {
    broker.resourceCountIs('AWS::ApiGateway::GatewayResponse', Object.keys(expected).length);
  });

  it.each(Object.entries(expected))('%s is the problem of %s', (type, name) => {
    const { status, retryable } = errorCatalogue[name];
    broker.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType: type,
      StatusCode: String(status),
      ResponseTemplates: {
        'application/json': JSON.stringify({ ...problemOf(name), ...containerFieldsOf(name) }),
      },
      ResponseParameters: {
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
        'gatewayresponse.header.Cache-Control': "'no-store'",
        ...(retryable ? { 'gatewayresponse.header.Retry-After': "'1'" } : {}),
      },
    });
  });
});

describe('the stage', () => {
  it('is traced, logs accesses without any header or body, and no data of executions', () => {
    const [stage] = Object.values(broker.findResources('AWS::ApiGateway::Stage')).map(
      (resource) => resource['Properties'] as Record<string, unknown>,
    );
    expect(stage).toMatchObject({
      StageName: 'live',
      TracingEnabled: true,
      MethodSettings: [
        { HttpMethod: '*', ResourcePath: '/*', LoggingLevel: 'ERROR', DataTraceEnabled: false },
      ],
    });
    const { Format } = stage?.['AccessLogSetting'] as { Format: string };
    expect(Format).not.toMatch(/header|body|querystring|Authorization/i);
    expect(JSON.parse(Format)).toMatchObject({ requestId: '$context.requestId' });
  });

  it('is guarded by an uncached authorizer', () => {
    broker.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'COGNITO_USER_POOLS',
      AuthorizerResultTtlInSeconds: 0,
      IdentitySource: 'method.request.header.Authorization',
    });
  });

  it('is named by the output ApiUrl', () => {
    expect(Object.keys(broker.toJSON()['Outputs'] as object).sort()).toEqual([
      'ApiUrl',
      'BucketName',
      'DenyPolicyArn',
      'DenyPolicyWriterArn',
      'DeploymentName',
      'EventBusArn',
      'IssueBatchArn',
      'IssueCredentialsArn',
      'LedgerBucketName',
      'RevokeArn',
      'TableName',
    ]);
  });
});
