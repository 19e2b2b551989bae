/** Every type of resource that the twin deploys. */
import type { Clock } from '../../core/ports.ts';
import type { AwsCall } from '../aws.ts';
import type { IamStore } from '../iam/roles.ts';
import type { CognitoIdentityService } from '../services/cognito-identity/service.ts';
import type { CognitoIdpService } from '../services/cognito-idp/service.ts';
import type { DynamoDbService } from '../services/dynamodb/service.ts';
import type { KmsService } from '../services/kms/service.ts';
import type { EventSourceMappings } from '../services/lambda/event-sources/mappings.ts';
import type { LambdaService } from '../services/lambda/service.ts';
import type { LogsService } from '../services/logs/service.ts';
import type { S3Service } from '../services/s3/service.ts';
import type { EventsService } from '../services/events/service.ts';
import type { SqsService } from '../services/sqs/service.ts';
import type { StatesService } from '../services/states/service.ts';
import { ignored } from './resource-handler.ts';
import type { ResourceHandler } from './resource-handler.ts';
import type { ApiParts } from './resources/api-gateway.ts';
import { eventSourceHandlers } from './resources/event-sources.ts';
import { eventHandlers } from './resources/events.ts';
import { functionHandlers } from './resources/functions.ts';
import { iamHandlers } from './resources/iam.ts';
import { identityPoolHandlers } from './resources/identity-pools.ts';
import { queueHandlers } from './resources/queues.ts';
import { stateMachineHandlers } from './resources/state-machines.ts';
import { storageHandlers } from './resources/storage.ts';
import { userPoolHandlers } from './resources/user-pools.ts';

export interface DeployTargets {
  readonly iam: IamStore;
  readonly clock: Clock;
  readonly cognitoIdp: CognitoIdpService;
  readonly cognitoIdentity: CognitoIdentityService;
  readonly kms: KmsService;
  readonly dynamoDb: DynamoDbService;
  readonly s3: S3Service;
  readonly logs: LogsService;
  readonly lambda: LambdaService;
  readonly states: StatesService;
  readonly events: EventsService;
  readonly sqs: SqsService;
  readonly eventSources: EventSourceMappings;
  readonly call: AwsCall;
  readonly api: ApiParts;
  /** Asset hash → the directory that would be in the archive. */
  readonly assets: Readonly<Record<string, string>>;
}

export const resourceHandlers = (targets: DeployTargets): Record<string, ResourceHandler> => ({
  ...iamHandlers(targets.iam, targets.clock),
  ...userPoolHandlers(targets.cognitoIdp),
  ...identityPoolHandlers(targets.cognitoIdentity),
  ...storageHandlers(targets),
  ...functionHandlers(targets.lambda, targets.assets),
  ...stateMachineHandlers(targets.states),
  ...eventSourceHandlers(targets.eventSources),
  ...queueHandlers(targets.sqs),
  ...eventHandlers(targets.call, targets.events),
  ...targets.api.handlers,
  // Accepted, so that a template with them can be deployed; nothing here measures or alarms.
  'AWS::CloudWatch::Alarm': ignored('Arn'),
  'AWS::CloudWatch::Dashboard': ignored(),
  'AWS::Logs::MetricFilter': ignored(),
  // The CDK's own record of its version.
  'AWS::CDK::Metadata': ignored(),
});
