/** A value for every variable that a function may be given. */
export const userPools = [
  {
    alias: 'users',
    userPoolId: 'us-east-1_Users0001',
    issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Users0001',
    clients: { app: 'client-app-1' },
  },
];
export const templateValues = {
  partition: 'aws',
  region: 'us-east-1',
  accountId: '123456789012',
  bucket: 'bucket',
};
export const exampleEnvironment = {
  AWS_REGION: 'us-east-1',
  LAMBDA_TASK_ROOT: '/var/task',
  STEPKEY_VERSION: '0.1.0',
  TABLE_NAME: 'table',
  SEALING_KEY_ARN: 'arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111',
  STATE_MACHINE_ARN: 'arn:aws:states:us-east-1:123456789012:stateMachine:issue-credentials',
  USER_POOLS: JSON.stringify(userPools),
  DEVELOPER_PROVIDER: 'login.stepkey',
  IDENTITY_POOL_ID: 'us-east-1:11111111-1111-4111-8111-111111111111',
  IDENTITY_MODE: 'linked',
  MAPPED_ROLE_ARN_PREFIX: 'arn:aws:iam::123456789012:role/stepkey/stepkey-',
  TEMPLATE_VALUES: JSON.stringify(templateValues),
  CORS_ORIGINS: '[]',
  EVENT_BUS_NAME: 'stepkey',
  FAILED_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/stepkey-failed-changes',
  EXECUTION_LOG_GROUP: '/aws/vendedlogs/states/stepkey-issue-credentials',
  DENY_POLICY_ARN: 'arn:aws:iam::123456789012:policy/stepkey/stepkey-revocations',
  SPOKE_DENY_POLICIES: '[]',
  LONGEST_SESSION_SECONDS: '3600',
  RECONCILES_GROUPS: 'true',
  SUBJECTS_PER_RUN: '250',
  BUCKET_NAME: 'bucket',
  WARRANT_SECONDS: '43200',
};
