import * as z from 'zod';
import type {
  AccessLog,
  ApiDefinition,
  ApiMethod,
  CognitoAuthorizer,
  GatewayResponse,
  Integration,
} from '../../gateway/api-definition.ts';
import { DeployError } from '../deploy-error.ts';
import { generatedApiId } from '../naming.ts';
import { defineHandler, ignored } from '../resource-handler.ts';
import type { ResourceHandler } from '../resource-handler.ts';

const constants = z.record(z.string(), z.string()).default({});

const restApi = z.object({ Name: z.string().optional() });
const resource = z.object({ ParentId: z.string(), PathPart: z.string(), RestApiId: z.string() });
const authorizer = z.object({
  Type: z.literal('COGNITO_USER_POOLS', 'must be COGNITO_USER_POOLS'),
  ProviderARNs: z.array(z.string()).min(1),
  IdentitySource: z
    .string()
    .regex(/^method\.request\.header\.[\w-]+$/)
    .default('method.request.header.Authorization'),
});
const stage = z.object({
  StageName: z.string(),
  RestApiId: z.string(),
  AccessLogSetting: z
    .object({ DestinationArn: z.string(), Format: z.string() })
    .nullable()
    .default(null),
});
const gatewayResponse = z.object({
  ResponseType: z.string(),
  StatusCode: z.coerce.number().nullable().default(null),
  ResponseParameters: constants,
  ResponseTemplates: constants,
});
const method = z.object({
  HttpMethod: z.string(),
  ResourceId: z.string(),
  AuthorizationType: z.enum(['NONE', 'COGNITO_USER_POOLS']),
  AuthorizerId: z.string().optional(),
  AuthorizationScopes: z.array(z.string()).default([]),
  Integration: z.object({
    Type: z.enum(['AWS_PROXY', 'MOCK']),
    Uri: z.string().optional(),
    TimeoutInMillis: z.number().default(29_000),
    RequestTemplates: constants,
    PassthroughBehavior: z
      .enum(['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER'])
      .default('WHEN_NO_MATCH'),
    IntegrationResponses: z
      .array(
        z.object({
          StatusCode: z.coerce.number(),
          ResponseParameters: constants,
          ResponseTemplates: constants,
        }),
      )
      .default([]),
  }),
});

/** The parts of an API as they are deployed, put together at the end. */
export interface ApiParts {
  readonly handlers: Record<string, ResourceHandler>;
  /** @throws DeployError when the templates have no API, or more than one */
  readonly api: () => ApiDefinition;
}

/** `'Bearer'` in quotes, as mapping expressions write a constant. */
const constantHeaders = (
  parameters: Readonly<Record<string, string>>,
  prefix: string,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, expression]) => {
      const value = /^'(.*)'$/.exec(expression)?.[1];
      if (!name.startsWith(prefix) || value === undefined) {
        throw new DeployError(`The twin's API Gateway maps constants only, not ${name}.`);
      }
      return [name.slice(prefix.length), value];
    }),
  );

/** `#set`, `#if` and `$input` would come out as they stand. */
const staticTemplates = (
  templates: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  for (const template of Object.values(templates)) {
    if (/#(?:set|if|foreach)\b|\$(?!context\.)[a-z]/.test(template)) {
      throw new DeployError(
        "The twin's API Gateway fills in $context only, no other template code.",
      );
    }
  }
  return templates;
};

const statusOf = (template: string): number => {
  const status = /["']?statusCode["']?\s*:\s*["']?(\d{3})/.exec(template)?.[1];
  if (status === undefined) throw new DeployError('A mock integration must choose a status code.');
  return Number(status);
};

const integrationOf = (
  given: z.infer<typeof method>['Integration'],
  logicalId: string,
): Integration => {
  if (given.Type === 'AWS_PROXY') {
    const functionArn = /\/functions\/(.+)\/invocations$/.exec(given.Uri ?? '')?.[1];
    if (functionArn === undefined) {
      throw new DeployError(`The integration of ${logicalId} does not invoke a function.`);
    }
    return { type: 'AWS_PROXY', functionArn, timeoutMillis: given.TimeoutInMillis };
  }
  return {
    type: 'MOCK',
    requestStatuses: Object.fromEntries(
      Object.entries(given.RequestTemplates).map(([type, text]) => [type, statusOf(text)]),
    ),
    passthroughBehavior: given.PassthroughBehavior,
    responses: given.IntegrationResponses.map((response) => ({
      statusCode: response.StatusCode,
      headers: constantHeaders(response.ResponseParameters, 'method.response.header.'),
      templates: staticTemplates(response.ResponseTemplates),
    })),
  };
};

const logGroupOf = (arn: string): string => /:log-group:([^:]+)/.exec(arn)?.[1] ?? arn;

export const collectApi = (): ApiParts => {
  const apis = new Set<string>();
  const stages: { readonly name: string; readonly accessLog: AccessLog | null }[] = [];
  const paths = new Map<string, string>();
  const methods = new Map<string, ApiMethod[]>();
  const authorizers = new Map<string, CognitoAuthorizer>();
  const gatewayResponses: Record<string, GatewayResponse> = {};

  const handlers: Record<string, ResourceHandler> = {
    'AWS::ApiGateway::RestApi': defineHandler(restApi, (request) => {
      const id = generatedApiId(request);
      const root = generatedApiId({ ...request, logicalId: `${request.logicalId}/` });
      apis.add(id);
      paths.set(root, '/');
      return { id, attributes: { RestApiId: id, RootResourceId: root } };
    }),
    'AWS::ApiGateway::Resource': defineHandler(resource, ({ properties, ...request }) => {
      const id = generatedApiId(request);
      const parent = paths.get(properties.ParentId) ?? '/';
      paths.set(id, `${parent === '/' ? '' : parent}/${properties.PathPart}`);
      return { id, attributes: { ResourceId: id } };
    }),
    'AWS::ApiGateway::Authorizer': defineHandler(authorizer, ({ properties, ...request }) => {
      const id = generatedApiId(request);
      authorizers.set(id, {
        userPoolArns: properties.ProviderARNs,
        header: properties.IdentitySource.replace('method.request.header.', '').toLowerCase(),
      });
      return { id, attributes: { AuthorizerId: id } };
    }),
    'AWS::ApiGateway::Method': defineHandler(method, ({ properties, logicalId }) => {
      const gate = authorizers.get(properties.AuthorizerId ?? '') ?? null;
      if (properties.AuthorizationType !== 'NONE' && gate === null) {
        throw new DeployError(`Method ${logicalId} names no authorizer that is there.`);
      }
      const held = methods.get(properties.ResourceId) ?? [];
      held.push({
        httpMethod: properties.HttpMethod,
        authorizer: properties.AuthorizationType === 'NONE' ? null : gate,
        scopes: properties.AuthorizationScopes,
        integration: integrationOf(properties.Integration, logicalId),
      });
      methods.set(properties.ResourceId, held);
      return { id: logicalId, attributes: {} };
    }),
    'AWS::ApiGateway::GatewayResponse': defineHandler(
      gatewayResponse,
      ({ properties, logicalId }) => {
        gatewayResponses[properties.ResponseType] = {
          statusCode: properties.StatusCode,
          headers: constantHeaders(properties.ResponseParameters, 'gatewayresponse.header.'),
          templates: staticTemplates(properties.ResponseTemplates),
        };
        return { id: logicalId, attributes: {} };
      },
    ),
    'AWS::ApiGateway::Stage': defineHandler(stage, ({ properties }) => {
      const log = properties.AccessLogSetting;
      stages.push({
        name: properties.StageName,
        accessLog:
          log === null ? null : { logGroup: logGroupOf(log.DestinationArn), format: log.Format },
      });
      return { id: properties.StageName, attributes: {} };
    }),
    // A snapshot of the API for its stages; the twin serves what the template says.
    'AWS::ApiGateway::Deployment': ignored(),
    // The account's role for API Gateway's own execution logs.
    'AWS::ApiGateway::Account': ignored(),
  };
  return {
    handlers,
    api: () => {
      const [id, ...others] = apis;
      const [only, ...moreStages] = stages;
      if (id === undefined || only === undefined || others.length + moreStages.length > 0) {
        throw new DeployError('The twin serves exactly one REST API with one stage.');
      }
      return {
        id,
        stage: only.name,
        accessLog: only.accessLog,
        gatewayResponses,
        resources: [...paths].map(([resourceId, path]) => ({
          id: resourceId,
          path,
          methods: methods.get(resourceId) ?? [],
        })),
      };
    },
  };
};
