/** Ways in which a deployment can be wrong, each with the checks of `stepkey doctor` that must notice it, and no other. */
import type { CheckId } from '../../../client/cli/health/check-list.ts';
import type { Deployed } from '../../../client/cli/health/deployment/deployed.ts';
import type { OpenTwin } from '../../../local/twin.ts';

export interface Breakage {
  readonly what: string;
  readonly failing: readonly CheckId[];
  /** Of the sentence that is told. */
  readonly says: string;
  readonly break?: (twin: OpenTwin) => Promise<unknown>;
  readonly mend?: (twin: OpenTwin) => Promise<unknown>;
  /** What the deployment's file says wrongly. */
  readonly misled?: (deployed: Deployed) => Partial<Deployed>;
}

type Properties = Readonly<Record<string, unknown>>;

const resourceOf = ({ stacks }: OpenTwin, type: string, part: string) => {
  const found = stacks.resources.find(
    (each) => each.type === type && JSON.stringify(each.properties).includes(part),
  );
  if (found === undefined) throw new TypeError(`No ${type} with ${part} is deployed`);
  return found;
};

/** Deploys a resource with other properties, and as it was. */
const redeployed = (
  type: string,
  part: string,
  change: (properties: Properties) => Properties,
): Required<Pick<Breakage, 'break' | 'mend'>> => ({
  break: (twin) => {
    const resource = resourceOf(twin, type, part);
    const properties = change(resource.properties as Properties);
    return twin.stacks.redeploy({ ...resource, properties });
  },
  mend: (twin) => twin.stacks.redeploy(resourceOf(twin, type, part)),
});

const without =
  (name: string) =>
  (properties: Properties): Properties =>
    Object.fromEntries(Object.entries(properties).filter(([each]) => each !== name));

const ownFiles = 'stepkey-own-files';
const trusting = (statements: readonly object[]) => (properties: Properties) => ({
  ...properties,
  AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: statements },
});
const trustOf = ({ AssumeRolePolicyDocument: trust }: Properties): Properties =>
  (trust as { readonly Statement: readonly [Properties] }).Statement[0];
const anyGrant = (properties: Properties) => {
  const { 'ForAnyValue:StringLike': amr, StringEquals: equal } = trustOf(properties)[
    'Condition'
  ] as Record<string, Properties>;
  return {
    'ForAnyValue:StringLike': amr,
    StringEquals: without('aws:RequestTag/stepkey-grant')(equal ?? {}),
  };
};

const denials = ({ endpoints }: OpenTwin) => ({
  RoleName: ownFiles,
  PolicyArn: `arn:aws:iam::${endpoints.accountId}:policy/stepkey/stepkey-revocations`,
});
const expiry = ({ endpoints }: OpenTwin, Enabled: boolean) => ({
  TableName: endpoints.table,
  TimeToLiveSpecification: { AttributeName: 'deleteAfterEpochSeconds', Enabled },
});
const queueUrl = async ({ call }: OpenTwin) => {
  const { QueueUrl } = await call('sqs', 'GetQueueUrl', { QueueName: 'stepkey-failed-changes' });
  return { QueueUrl };
};

export const breakages: readonly Breakage[] = [
  {
    what: 'an endpoint where nobody answers',
    failing: ['aws-credentials'],
    says: 'AWS does not take them',
    misled: () => ({ endpoint: 'http://127.0.0.1:9' }),
  },
  {
    what: 'credentials that AWS does not know',
    failing: ['aws-credentials'],
    says: 'AWS does not take them: SignatureDoesNotMatch',
    misled: ({ administrator }) => ({
      administrator: { accessKeyId: administrator?.accessKeyId ?? '', secretAccessKey: 'other' },
    }),
  },
  {
    what: 'credentials of another account',
    failing: ['aws-credentials'],
    says: 'the deployment is in 999999999999',
    misled: () => ({ accountId: '999999999999' }),
  },
  {
    what: 'a user pool without its trigger',
    failing: ['user-pool'],
    says: 'nobody gets the scopes',
    ...redeployed('AWS::Cognito::UserPool', 'LambdaConfig', without('LambdaConfig')),
  },
  {
    what: 'a user pool without one of its clients',
    failing: ['user-pool-clients'],
    says: 'the user pool has no client "batch"',
    break: ({ services, endpoints }) =>
      services.cognitoIdp.deleteClient(endpoints.clients.batch.clientId),
    mend: (twin) =>
      twin.stacks.redeploy(resourceOf(twin, 'AWS::Cognito::UserPoolClient', 'stepkey/act-as')),
  },
  {
    what: 'an identity pool that does not take the own logins of people',
    failing: ['identity-pool'],
    says: 'does not take logins of the client "cli"',
    ...redeployed('AWS::Cognito::IdentityPool', '', without('CognitoIdentityProviders')),
  },
  {
    what: 'a table that is gone',
    failing: ['table', 'table-recovery', 'table-expiry'],
    says: 'there is no table gone',
    misled: () => ({ table: 'gone' }),
  },
  {
    what: 'a table without point-in-time recovery',
    failing: ['table-recovery'],
    says: 'nothing could be restored',
    ...redeployed('AWS::DynamoDB::Table', '', without('PointInTimeRecoverySpecification')),
  },
  {
    what: 'a table whose rows do not expire',
    failing: ['table-expiry'],
    says: 'stay for ever',
    break: (twin) => twin.call('dynamodb', 'UpdateTimeToLive', expiry(twin, false)),
    mend: (twin) => twin.call('dynamodb', 'UpdateTimeToLive', expiry(twin, true)),
  },
  {
    what: 'a disabled key',
    failing: ['keys'],
    says: 'alias/stepkey/sealing is Disabled',
    break: ({ call }) => call('kms', 'DisableKey', { KeyId: 'alias/stepkey/sealing' }),
    mend: ({ call }) => call('kms', 'EnableKey', { KeyId: 'alias/stepkey/sealing' }),
  },
  {
    what: 'a key that keeps its material for ever',
    failing: ['keys'],
    says: 'alias/stepkey/data gets no new material',
    ...redeployed('AWS::KMS::Key', 'at rest', without('EnableKeyRotation')),
  },
  {
    what: 'a machine that is gone',
    failing: ['machines'],
    says: 'there is no machine issue-batch',
    break: ({ call, endpoints }) =>
      call('states', 'DeleteStateMachine', {
        stateMachineArn: endpoints.stateMachines['issue-batch'],
      }),
    mend: (twin) =>
      twin.stacks.redeploy(
        resourceOf(twin, 'AWS::StepFunctions::StateMachine', 'stepkey-issue-batch'),
      ),
  },
  {
    what: 'a machine without the alias that callers start',
    failing: ['machines'],
    says: 'revoke has no alias live',
    break: ({ services, endpoints }) =>
      services.states.deleteStateMachineAlias(`${endpoints.stateMachines['revoke'] ?? ''}:live`),
    mend: ({ services, endpoints }) =>
      services.states.putStateMachineAlias(`${endpoints.stateMachines['revoke'] ?? ''}:live`),
  },
  {
    what: 'a machine that logs errors only',
    failing: ['machines'],
    says: 'issue-credentials does not log every step',
    ...redeployed(
      'AWS::StepFunctions::StateMachine',
      'stepkey-issue-credentials',
      without('LoggingConfiguration'),
    ),
  },
  {
    what: 'a machine whose role trusts somebody else',
    failing: ['machine-roles'],
    says: 'does not trust Step Functions',
    ...redeployed(
      'AWS::IAM::Role',
      'State machine issue-credentials',
      trusting([
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: 'ec2.amazonaws.com' },
        },
      ]),
    ),
  },
  {
    what: 'a login whose role is gone',
    failing: ['mapped-roles'],
    says: "the role of this login's grant is gone",
  },
  {
    what: 'a role that takes tokens of every grant',
    failing: ['role-trust'],
    says: `${ownFiles} does not trust this identity pool, developer provider and its one grant`,
    ...redeployed('AWS::IAM::Role', `"RoleName":"${ownFiles}"`, (properties) =>
      trusting([{ ...trustOf(properties), Condition: anyGrant(properties) }])(properties),
    ),
  },
  {
    what: 'a role that takes tokens of another grant',
    failing: ['role-trust'],
    says: `${ownFiles} does not trust this identity pool, developer provider and its one grant`,
    ...redeployed(
      'AWS::IAM::Role',
      `"RoleName":"${ownFiles}"`,
      (properties) =>
        JSON.parse(
          JSON.stringify(properties).replace(
            'stepkey-grant":"own-files',
            'stepkey-grant":"reports',
          ),
        ) as Properties,
    ),
  },
  {
    what: 'a role that also trusts the account',
    failing: ['role-trust'],
    says: `${ownFiles} trusts more than the broker`,
    ...redeployed('AWS::IAM::Role', `"RoleName":"${ownFiles}"`, (properties) =>
      trusting([
        trustOf(properties),
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { AWS: 'arn:aws:iam::123456789012:root' },
        },
      ])(properties),
    ),
  },
  {
    what: 'a role without its boundary',
    failing: ['role-boundary'],
    says: `${ownFiles} has no boundary of the deployment`,
    ...redeployed('AWS::IAM::Role', `"RoleName":"${ownFiles}"`, without('PermissionsBoundary')),
  },
  {
    what: 'a role that revocations do not reach',
    failing: ['role-denials'],
    says: `${ownFiles} is not reached by revocations`,
    break: (twin) => twin.call('iam', 'DetachRolePolicy', denials(twin)),
    mend: (twin) => twin.call('iam', 'AttachRolePolicy', denials(twin)),
  },
  {
    what: 'a machine without its log group',
    failing: ['logs'],
    says: 'there is no log group /aws/vendedlogs/states/stepkey-other',
    misled: ({ machines }) => ({ machines: { ...machines, other: machines['revoke'] ?? '' } }),
  },
  {
    what: 'another deployment’s name',
    failing: [
      'keys',
      'mapped-roles',
      'role-boundary',
      'role-denials',
      'logs',
      'bus',
      'failed-changes',
    ],
    says: 'there is no bus other',
    misled: () => ({ name: 'other' }),
  },
  {
    what: 'changes that the ledger does not have',
    failing: ['failed-changes'],
    says: 'the ledger does not have 1 changes',
    break: async (twin) =>
      twin.call('sqs', 'SendMessage', { ...(await queueUrl(twin)), MessageBody: '{}' }),
    mend: async (twin) => twin.call('sqs', 'PurgeQueue', await queueUrl(twin)),
  },
  {
    what: 'a copy of the ledger whose bucket is gone',
    failing: ['ledger-copy'],
    says: 'there is no bucket gone',
    misled: () => ({ ledgerBucket: 'gone' }),
  },
];
