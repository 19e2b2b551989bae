import { describe, expect, it } from '@jest/globals';

import { readEnvironment, variables } from '../../../adapters/environment.ts';
import type { StepkeyError } from '../../../core/errors.ts';
import { refusalOf } from '../../support/refusal.ts';

const userPools = [
  {
    alias: 'users',
    userPoolId: 'us-east-1_Users0001',
    issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Users0001',
    clients: { app: 'client-app-1' },
  },
];
const templateValues = {
  partition: 'aws',
  region: 'us-east-1',
  accountId: '123456789012',
  bucket: 'bucket',
};
const environment = {
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

const failureOf = (changed: Record<string, string | undefined>): StepkeyError =>
  refusalOf(() => readEnvironment({ ...environment, ...changed }, variables));

describe('readEnvironment', () => {
  it('reads every variable, JSON parsed', () => {
    expect(readEnvironment(environment, variables)).toEqual({
      ...environment,
      AWS_ENDPOINT_URL: null,
      USER_POOLS: userPools,
      TEMPLATE_VALUES: templateValues,
      CORS_ORIGINS: [],
      SPOKE_DENY_POLICIES: [],
      LONGEST_SESSION_SECONDS: 3600,
      RECONCILES_GROUPS: true,
      SUBJECTS_PER_RUN: 250,
      WARRANT_SECONDS: 43_200,
    });
  });

  it('reads only what it is asked for', () => {
    const { TABLE_NAME } = variables;
    expect(readEnvironment({ TABLE_NAME: 'table' }, { TABLE_NAME })).toEqual({
      TABLE_NAME: 'table',
    });
  });

  it('knows an endpoint that is overridden', () => {
    const { AWS_ENDPOINT_URL } = variables;
    const read = (AWS_ENDPOINT: string) =>
      readEnvironment({ AWS_ENDPOINT_URL: AWS_ENDPOINT }, { AWS_ENDPOINT_URL }).AWS_ENDPOINT_URL;
    expect(read('http://127.0.0.1:8701')).toBe('http://127.0.0.1:8701');
    expect(read('')).toBeNull();
  });

  it('names all that is missing or invalid together, and no value', () => {
    const failure = failureOf({
      TABLE_NAME: undefined,
      DEVELOPER_PROVIDER: '',
      IDENTITY_MODE: 'secret-value',
      USER_POOLS: '{"secret-value"',
    });
    expect(failure.name).toBe('Config.Invalid');
    expect(failure.faults).toEqual([
      'TABLE_NAME is missing',
      'USER_POOLS is invalid',
      'DEVELOPER_PROVIDER is missing',
      'IDENTITY_MODE is invalid',
    ]);
    expect(JSON.stringify(failure)).not.toContain('secret-value');
  });

  it.each([
    ['USER_POOLS', '[]'],
    ['USER_POOLS', JSON.stringify([{ ...userPools[0], issuer: 'http://example.com' }])],
    ['USER_POOLS', JSON.stringify([{ ...userPools[0], clients: { app: 1 } }])],
    ['USER_POOLS', JSON.stringify([userPools[0], { ...userPools[0], alias: 'others' }])],
    ['TEMPLATE_VALUES', JSON.stringify({ ...templateValues, accountId: 1 })],
    ['CORS_ORIGINS', '"*"'],
    ['SEALING_KEY_ARN', 'alias/stepkey'],
    ['AWS_ENDPOINT_URL', 'ftp://example.com'],
  ])('refuses %s when it is %s', (name, value) => {
    expect(failureOf({ [name]: value }).faults).toEqual([`${name} is invalid`]);
  });
});
