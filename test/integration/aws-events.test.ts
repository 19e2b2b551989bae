import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { defaultSettings } from '../../local/services/sqs/model.ts';
import { memoryKeyVault } from '../../local/state/keys.ts';
import { memoryStore } from '../../local/state/store.ts';
import { createTwinServices } from '../../local/twin-services.ts';
import type { ServicesOptions } from '../../local/twin-services.ts';
import { twinContext } from '../support/twin/call-context.ts';
import {
  clientIds,
  password,
  personalClient,
  poolSettings,
  userPoolId,
} from '../unit/local/cognito-idp/cognito-world.ts';

type Input = Record<string, unknown>;

interface Told {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Input;
}

const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';
const queueArn = 'arn:aws:sqs:us-east-1:123456789012:told';
const roleArn = 'arn:aws:iam::123456789012:role/machine';
const vault = memoryKeyVault();

let stop: () => Promise<void>;
afterEach(() => stop());

/** The services of a twin, with a queue that hears AWS's own events on the default bus. */
const start = async (options: Partial<ServicesOptions> = {}) => {
  const services = await createTwinServices({
    store: memoryStore(),
    vault,
    clock: { nowEpochMillis: () => Date.now() },
    directories: null,
    awsEndpoint: 'http://127.0.0.1:1',
    runtimeScript: '',
    log: () => undefined,
    ...options,
  });
  ({ stop } = services);
  const { cognitoIdp, sqs, events, iam, states } = services;
  const call = (service: string, operation: string, input: Input) =>
    services.call(service, operation, input, twinContext);
  const { queueUrl: QueueUrl } = await sqs.putQueue({
    name: 'told',
    settings: defaultSettings,
    encryption: {},
  });
  const Principal = { Service: 'events.amazonaws.com' };
  await sqs.putQueuePolicy(QueueUrl, {
    Statement: { Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: queueArn },
  });
  const EventPattern = JSON.stringify({ source: [{ prefix: 'aws.' }] });
  await call('events', 'PutRule', { Name: 'aws', EventPattern });
  await call('events', 'PutTargets', { Rule: 'aws', Targets: [{ Id: 'q', Arn: queueArn }] });
  events.start();
  await cognitoIdp.putUserPool(userPoolId, poolSettings);
  await cognitoIdp.putClient(clientIds.cli, userPoolId, {
    ...personalClient,
    generateSecret: false,
  });
  await cognitoIdp.putGroup(userPoolId, 'team', {
    description: null,
    roleArn: null,
    precedence: null,
  });
  await cognitoIdp.importUser(userPoolId, {
    username: 'alice',
    password,
    temporary: false,
    enabled: true,
    attributes: { email: 'alice@example.com', email_verified: 'true' },
    groups: [],
  });
  const found = await call('cognito-idp', 'AdminGetUser', {
    UserPoolId: userPoolId,
    Username: 'alice',
  });
  const attributes = found['UserAttributes'] as { Name: string; Value: string }[];
  return {
    call,
    iam,
    states,
    sub: attributes.find(({ Name }) => Name === 'sub')?.Value,
    /** Everything that was told since the last look. */
    told: async (): Promise<readonly Told[]> => {
      await events.settled();
      const wanted = { QueueUrl, MaxNumberOfMessages: 10 };
      const { Messages = [] } = await call('sqs', 'ReceiveMessage', wanted);
      return (Messages as { Body: string }[]).map(({ Body }) => JSON.parse(Body) as Told);
    },
  };
};

const alice = { UserPoolId: userPoolId, Username: 'alice' };
const onAlice: readonly (readonly [string, Input])[] = [
  ['AdminAddUserToGroup', { ...alice, GroupName: 'team' }],
  ['AdminRemoveUserFromGroup', { ...alice, GroupName: 'team' }],
  ['AdminDisableUser', alice],
  ['AdminEnableUser', alice],
  ['AdminUserGlobalSignOut', alice],
  ['AdminDeleteUser', alice],
];

describe('CloudTrail’s events of the user pool', () => {
  it('tell of the calls that change a person, by sub and not by name', async () => {
    const twin = await start();
    for (const [operation, input] of onAlice) await twin.call('cognito-idp', operation, input);
    const told = await twin.told();
    expect(told.map(({ detail }) => detail['eventName'])).toEqual(onAlice.map(([name]) => name));
    for (const event of told)
      expect(event).toMatchObject({
        source: 'aws.cognito-idp',
        'detail-type': 'AWS API Call via CloudTrail',
        detail: {
          eventSource: 'cognito-idp.amazonaws.com',
          eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u),
          requestParameters: { userPoolId, username: hidden },
          additionalEventData: { sub: twin.sub },
        },
      });
    expect(told[0]?.detail['requestParameters']).toHaveProperty('groupName', 'team');
    expect(JSON.stringify(told)).not.toContain('alice');
  });

  it('tell of a sign-out and a revocation, without their tokens', async () => {
    const twin = await start();
    const signIn = async () => {
      const { AuthenticationResult } = await twin.call('cognito-idp', 'InitiateAuth', {
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: clientIds.cli,
        AuthParameters: { USERNAME: 'alice', PASSWORD: password },
      });
      return AuthenticationResult as { AccessToken: string; RefreshToken: string };
    };
    const { RefreshToken: Token } = await signIn();
    await twin.call('cognito-idp', 'RevokeToken', { Token, ClientId: clientIds.cli });
    const { AccessToken } = await signIn();
    await twin.call('cognito-idp', 'GlobalSignOut', { AccessToken });
    const told = await twin.told();
    expect(told.map(({ detail }) => detail)).toMatchObject([
      {
        eventName: 'RevokeToken',
        requestParameters: { token: hidden, clientId: clientIds.cli },
        additionalEventData: { sub: twin.sub },
      },
      {
        eventName: 'GlobalSignOut',
        requestParameters: { accessToken: hidden },
        additionalEventData: { sub: twin.sub },
      },
    ]);
  });

  it('tell nothing of calls that were refused, or that only read', async () => {
    const twin = await start();
    const nobody = { UserPoolId: userPoolId, Username: 'nobody' };
    await expect(twin.call('cognito-idp', 'AdminDisableUser', nobody)).rejects.toMatchObject({
      code: 'UserNotFoundException',
    });
    await twin.call('cognito-idp', 'AdminGetUser', alice);
    expect(await twin.told()).toEqual([]);
  });

  it('may be lost, and then the call has happened all the same', async () => {
    const twin = await start({ loseCloudTrailEvents: true });
    await twin.call('cognito-idp', 'AdminDisableUser', alice);
    expect(await twin.told()).toEqual([]);
    const found = await twin.call('cognito-idp', 'AdminGetUser', alice);
    expect(found['Enabled']).toBe(false);
  });
});

describe('the status of executions', () => {
  const definition = JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Done',
    States: { Done: { Type: 'Pass', Output: { secret: 'value' }, End: true } },
  });
  const run = async (type: 'STANDARD' | 'EXPRESS', kmsKeyArn: string | null = null) => {
    const twin = await start();
    const { stateMachineArn } = await twin.states.putStateMachine({
      name: 'machine',
      type,
      definition,
      roleArn,
      logging: null,
      kmsKeyArn,
    });
    const input = '{"given":1}';
    await twin.call('states', 'StartExecution', { stateMachineArn, name: 'one', input });
    const told: Told[] = [];
    for (let tries = 0; tries < 100 && told.length < (type === 'STANDARD' ? 2 : 1); tries += 1) {
      told.push(...(await twin.told()));
      if (type === 'EXPRESS' && tries === 10) break;
      await pause(10);
    }
    return told;
  };

  it('is told at the start and at the end of a standard one', async () => {
    const executionArn = 'arn:aws:states:us-east-1:123456789012:execution:machine:one';
    const told = await run('STANDARD');
    const shared = { executionArn, name: 'one', input: '{"given":1}', error: null };
    expect(told).toMatchObject([
      {
        source: 'aws.states',
        'detail-type': 'Step Functions Execution Status Change',
        detail: { ...shared, status: 'RUNNING', stopDate: null, output: null },
      },
      {
        detail: {
          ...shared,
          status: 'SUCCEEDED',
          stopDate: expect.any(Number),
          output: '{"secret":"value"}',
        },
      },
    ]);
  });

  it('is told without data where the machine has a key of its own', async () => {
    const told = await run('STANDARD', 'arn:aws:kms:us-east-1:123456789012:key/k');
    expect(told.map(({ detail }) => detail['status'])).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(JSON.stringify(told)).not.toMatch(/given|secret/u);
  });

  it('is not told of an express one', async () => {
    expect(await run('EXPRESS')).toEqual([]);
  });
});
