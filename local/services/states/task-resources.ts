/** Which resources a Task may name here, and how each speaks of its service. */

export interface SdkIntegration {
  /** As `AwsCall` names the service. */
  readonly service: string;
  /** How error names begin: `DynamoDb.ConditionalCheckFailedException`. */
  readonly prefix: string;
  /** The name of errors that the service's model does not have, access denied among them. */
  readonly unmodelled: string;
  /** Members of the service's own protocol begin with a small letter; a Task's with a capital. */
  readonly hasCamelCaseMembers: boolean;
}

export type TaskResource =
  | { readonly kind: 'lambda' }
  | { readonly kind: 'events' }
  | { readonly kind: 'sdk'; readonly integration: SdkIntegration; readonly operation: string };

const sdk = (service: string, prefix: string, hasCamelCaseMembers = false): SdkIntegration => ({
  service,
  prefix,
  unmodelled: `${prefix}.${prefix}Exception`,
  hasCamelCaseMembers,
});

/** How a distributed Map reads and writes. */
export const s3OfMaps: SdkIntegration = sdk('s3', 'S3');

const sdkIntegrations: ReadonlyMap<string, SdkIntegration> = new Map([
  ['dynamodb', sdk('dynamodb', 'DynamoDb')],
  ['cognitoidentity', sdk('cognito-identity', 'CognitoIdentity')],
  ['cognitoidentityprovider', sdk('cognito-idp', 'CognitoIdentityProvider')],
  ['eventbridge', sdk('events', 'EventBridge')],
  ['iam', sdk('iam', 'Iam')],
  ['kms', sdk('kms', 'Kms')],
  ['s3', s3OfMaps],
  ['sqs', sdk('sqs', 'Sqs')],
  ['sfn', sdk('states', 'Sfn', true)],
  ['sts', sdk('sts', 'Sts')],
]);

const optimisedDynamoDb: SdkIntegration = {
  service: 'dynamodb',
  prefix: 'DynamoDB',
  unmodelled: 'DynamoDB.AmazonDynamoDBException',
  hasCamelCaseMembers: false,
};

/** AWS lists these as unsupported, whatever the role may do. */
const refusedActions: ReadonlySet<string> = new Set([
  'sts:assumeRole',
  'sts:assumeRoleWithSAML',
  'sts:assumeRoleWithWebIdentity',
]);

const operationName = (action: string): string => action.charAt(0).toUpperCase() + action.slice(1);

/** Undefined where Step Functions, or the twin, has no such integration. */
export const taskResource = (arn: string): TaskResource | undefined => {
  if (arn === 'arn:aws:states:::lambda:invoke') return { kind: 'lambda' };
  if (arn === 'arn:aws:states:::events:putEvents') return { kind: 'events' };
  const optimised = /^arn:aws:states:::dynamodb:((?:get|put|update|delete)Item)$/.exec(arn)?.[1];
  if (optimised !== undefined) {
    return { kind: 'sdk', integration: optimisedDynamoDb, operation: operationName(optimised) };
  }
  const match = /^arn:aws:states:::aws-sdk:([a-z0-9]+):([a-z][A-Za-z0-9]*)$/.exec(arn);
  const [, service = '', action = ''] = match ?? [];
  const integration = sdkIntegrations.get(service);
  if (integration === undefined || refusedActions.has(`${service}:${action}`)) return undefined;
  return { kind: 'sdk', integration, operation: operationName(action) };
};

/** Why a definition with this resource is refused; null when it is not. */
export const refuseResource = (arn: string): string | null =>
  taskResource(arn) === undefined
    ? `The resource provided ${arn} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`
    : null;
