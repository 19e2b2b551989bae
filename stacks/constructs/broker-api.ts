import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  CognitoUserPoolsAuthorizer,
  type DomainName,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
  type RestApiProps,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { apiRoutes, type ApiRoute } from '../../core/contracts/api-routes.ts';
import type { BrokerApiFront } from '../api-front.ts';
import { acknowledge, acknowledgeServerless } from './acknowledge.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import { refuseOtherMethods } from './method-not-allowed.ts';

/** Who asked for what, and how long it took. No header and no body: both may hold secrets. */
const accessLog = {
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  resource: '$context.resourcePath',
  status: '$context.status',
  sub: '$context.authorizer.claims.sub',
  latencyMillis: '$context.responseLatency',
  integrationStatus: '$context.integration.status',
  gatewayError: '$context.error.responseType',
};

export interface BrokerApiProps {
  readonly deploymentName: string;
  /** The function behind each route, by the folder that it is made of. */
  readonly handlers: Readonly<Record<ApiRoute['handler'], IFunction>>;
  readonly userPools: readonly IUserPool[];
  readonly corsOrigins: readonly string[];
  readonly managesAccountLogRole: boolean;
  readonly front: BrokerApiFront;
  readonly dataKey: IKey;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** The HTTP API. Its authorizer is the coarse gate; the function behind it verifies the token itself. */
export class BrokerApi extends Construct {
  readonly url: string;
  /** The API's own name, for a record in its zone; null where it has none. */
  readonly domain: DomainName | null;

  constructor(scope: Construct, id: string, props: BrokerApiProps) {
    super(scope, id);
    const api = this.#createApi(props);
    addGatewayResponses(
      api,
      props.corsOrigins.length === 1 ? (props.corsOrigins[0] ?? null) : null,
    );
    const authorizer = new CognitoUserPoolsAuthorizer(this, 'Authorizer', {
      authorizerName: props.deploymentName,
      cognitoUserPools: [...props.userPools],
      // Uncached, so that a token is refused from the second of its expiry.
      resultsCacheTtl: Duration.seconds(0),
    });
    const integrations = Object.fromEntries(
      Object.entries(props.handlers).map(([name, handler]) => [
        name,
        new LambdaIntegration(handler, { allowTestInvoke: false }),
      ]),
    ) as Record<ApiRoute['handler'], LambdaIntegration>;
    for (const path of new Set(apiRoutes.map((route) => route.path))) {
      const resource = api.root.resourceForPath(path);
      const routes = apiRoutes.filter((route) => route.path === path);
      for (const { method, door, scopes, handler } of routes) {
        if (door === null) {
          const opened = resource.addMethod(method, integrations[handler], {
            authorizationType: AuthorizationType.NONE,
          });
          acknowledge(opened, 'Liveness and version, for load balancers.', 'APIG4', 'COG4');
        } else {
          resource.addMethod(method, integrations[handler], {
            authorizationType: AuthorizationType.COGNITO,
            authorizer,
            ...(scopes.length > 0 ? { authorizationScopes: [...scopes] } : {}),
          });
        }
      }
      const methods = routes.map(({ method }) => method);
      if (props.corsOrigins.length > 0) {
        const preflight = resource.addCorsPreflight({
          allowOrigins: [...props.corsOrigins],
          allowMethods: methods,
          allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key'],
          maxAge: Duration.hours(1),
        });
        acknowledge(preflight, 'Browsers send no token with a preflight.', 'APIG4', 'COG4');
      }
      refuseOtherMethods(resource, methods);
    }
    if (props.front.webAclArn !== undefined) {
      new CfnWebACLAssociation(this, 'WebAcl', {
        resourceArn: api.deploymentStage.stageArn,
        webAclArn: props.front.webAclArn,
      });
    }
    this.domain = this.#addDomain(api, props.front);
    const { domain } = props.front;
    this.url = domain === undefined ? api.url : `https://${domain.domainName}/`;
  }

  #addDomain(api: RestApi, { domain, vpcEndpoints }: BrokerApiFront): DomainName | null {
    if (domain === undefined) return null;
    if (vpcEndpoints !== undefined) {
      throw new Error('A private API is reached by its endpoints’ names and takes no domain.');
    }
    return api.addDomainName('Domain', {
      ...domain,
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
  }

  #createApi(props: BrokerApiProps): RestApi {
    const logGroup = new LogGroup(this, 'AccessLogs', {
      logGroupName: `/aws/vendedlogs/apigateway/${props.deploymentName}`,
      retention: props.logRetention,
      encryptionKey: props.dataKey,
      removalPolicy: props.removalPolicy,
    });
    const api = new RestApi(this, 'Api', {
      restApiName: props.deploymentName,
      description: 'Stepkey: short-lived AWS credentials for one subject and one grant',
      ...placeOf(props.front),
      cloudWatchRole: props.managesAccountLogRole,
      deployOptions: {
        stageName: 'live',
        tracingEnabled: true,
        accessLogDestination: new LogGroupLogDestination(logGroup),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(accessLog)),
        // Errors only and no data: API Gateway's execution log would show requests and answers.
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        metricsEnabled: true,
      },
    });
    acknowledgeServerless(
      api,
      'What is scarce has a budget of its own, by second and client; a rate of all requests would let one caller shut out the others.',
      'APIGWDefaultThrottling',
    );
    // The stack's own output names the URL.
    api.node.tryRemoveChild('Endpoint');
    acknowledge(api, 'The function validates every field and refuses unknown ones.', 'APIG2');
    if (props.front.webAclArn === undefined) {
      acknowledge(api, 'A web ACL is the operator’s choice and is attached to the stage.', 'APIG3');
    }
    acknowledge(
      api,
      'AWS’s own policy for the role with which API Gateway writes logs.',
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
    );
    return api;
  }
}

/** Whence the API is reached: its authorizer checks who asks, this from where. */
const placeOf = ({ domain, vpcEndpoints }: BrokerApiFront): RestApiProps => {
  if (vpcEndpoints === undefined) {
    return {
      endpointTypes: [EndpointType.REGIONAL],
      ...(domain === undefined ? {} : { disableExecuteApiEndpoint: true }),
    };
  }
  const throughEndpoints = vpcEndpoints.map(({ vpcEndpointId }) => vpcEndpointId);
  return {
    endpointConfiguration: { types: [EndpointType.PRIVATE], vpcEndpoints: [...vpcEndpoints] },
    policy: new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: 'ThroughTheseEndpointsOnly',
          principals: [new AnyPrincipal()],
          actions: ['execute-api:Invoke'],
          resources: ['execute-api:/*'],
          conditions: { StringEquals: { 'aws:SourceVpce': throughEndpoints } },
        }),
      ],
    }),
  };
};
