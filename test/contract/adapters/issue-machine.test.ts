import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SFNClient } from '@aws-sdk/client-sfn';

import { clientSettings } from '../../../adapters/aws-clients.ts';
import { stepFunctionsIssueMachine } from '../../../adapters/issue-machine.ts';
import type { IssueInput, IssueOutcome } from '../../../core/contracts/issue.ts';
import { AwsError } from '../../../local/aws.ts';
import { startAwsWire, wireCredentials, type AwsWire } from '../../support/fakes/aws-wire.ts';
import { failureOf, nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { fakeIssueMachine } from '../../support/fakes/fake-issue-machine.ts';

const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:issue-credentials';
const executionArn = `${stateMachineArn.replace(':stateMachine:', ':express:')}:name:1`;
const input: IssueInput = {
  kind: 'credentials',
  door: 'id',
  sealedToken: 'c2VhbGVk',
  onBehalfOf: null,
  grant: 'own-files',
  roleArn: null,
  class: 'interactive',
  refreshAheadSeconds: 0,
  unusableSessionId: '-',
};
const outcomes: IssueOutcome[] = [
  {
    outcome: 'issued',
    source: 'minted',
    sessionId: 'name',
    issuanceId: 'name',
    sealedSession: 'c2VhbGVk',
  },
  { outcome: 'in-progress' },
  { outcome: 'identity', identityId: 'us-east-1:aaaa', linked: true },
];

let wire: AwsWire;
beforeAll(async () => {
  wire = await startAwsWire();
});
beforeEach(() => {
  wire.calls.length = 0;
});
afterAll(() => wire.close());

const answer = (execution: Record<string, unknown>) => {
  wire.respond = () => ({ executionArn, startDate: 1, stopDate: 2, ...execution });
};
const realMachine = () =>
  stepFunctionsIssueMachine({
    client: new SFNClient({
      ...clientSettings('states', { region: 'us-east-1', endpoint: wire.endpoint }),
      requestHandler: { requestTimeout: 1_000, throwOnRequestTimeout: true },
      credentials: wireCredentials,
    }),
    stateMachineArn,
  });

const fakeThatEndsIn = (outcome: IssueOutcome) => {
  const machine = fakeIssueMachine();
  machine.endIn(() => outcome);
  return machine;
};
const realThatEndsIn = (outcome: IssueOutcome) => {
  answer({ status: 'SUCCEEDED', output: JSON.stringify(outcome) });
  return realMachine();
};

describe.each([
  ['the fake', fakeThatEndsIn],
  ['Step Functions', realThatEndsIn],
] as const)('%s, as the issue machine', (_name, machineThatEndsIn) => {
  it.each(outcomes)('hands on the outcome $outcome', async (outcome) => {
    expect(await machineThatEndsIn(outcome).run(input, 'name')).toEqual(outcome);
  });

  it('starts without waiting for an outcome', async () => {
    await expect(
      machineThatEndsIn({ outcome: 'in-progress' }).start(input, 'name'),
    ).resolves.toBeUndefined();
  });
});

describe('stepFunctionsIssueMachine', () => {
  it('starts the machine by name, with the input as JSON, on the host of the endpoint', async () => {
    await realThatEndsIn({ outcome: 'in-progress' }).run(input, 'name');
    await realMachine().start(input, 'name');
    expect(wire.calls.map(({ operation }) => operation)).toEqual([
      'StartSyncExecution',
      'StartExecution',
    ]);
    for (const call of wire.calls) {
      expect(call.input).toMatchObject({ stateMachineArn, name: 'name' });
      expect(JSON.parse(String(call.input['input']))).toEqual(input);
    }
  });

  it.each([
    ['Grant.Refused', 'Grant.Refused'],
    ['Subject.Revoked', 'Subject.Revoked'],
  ])('ends as an execution did that refused with %s, which the ledger has', async (error, name) => {
    answer({ status: 'FAILED', error, cause: 'Refused' });
    const failure = await failureOf(realMachine().run(input, 'name'));
    expect([failure.name, failure.isRecorded]).toEqual([name, true]);
  });

  it.each([
    ['Upstream.Throttled', 'Upstream.Throttled'],
    ['Quota.Exhausted', 'Quota.Exhausted'],
    ['Sealing.Failed', 'Sealing.Failed'],
    ['States.Timeout', 'Upstream.Unavailable'],
    ['Runtime.ExitError', 'Upstream.Unavailable'],
    ['Sandbox.Timedout', 'Upstream.Unavailable'],
    ['Lambda.TooManyRequestsException', 'Upstream.Unavailable'],
    ['Lambda.Unknown', 'Upstream.Unavailable'],
    ['DynamoDb.InternalServerErrorException', 'Upstream.Unavailable'],
    ['States.QueryEvaluationError', 'Config.Invalid'],
    ['States.Permissions', 'Config.Invalid'],
    ['TypeError', 'Config.Invalid'],
    ['constructor', 'Config.Invalid'],
  ])(
    'ends as an execution that failed with %s in %s, which nobody recorded',
    async (error, name) => {
      answer({ status: 'FAILED', error, cause: 'a stack with a-secret' });
      const failure = await failureOf(realMachine().run(input, 'name'));
      expect([failure.name, failure.isRecorded]).toEqual([name, false]);
      expect(String(failure.cause)).not.toContain('a-secret');
    },
  );

  it('counts an execution that ran out of time as unavailable', async () => {
    answer({ status: 'TIMED_OUT' });
    expect(await nameOfFailure(realMachine().run(input, 'name'))).toBe('Upstream.Unavailable');
  });

  it.each(['', '{}', '{"outcome":"issued"}', '{"outcome":"other"}', 'a-secret'])(
    'refuses the output %j, and does not quote it',
    async (output) => {
      answer({ status: 'SUCCEEDED', output });
      const failure = await failureOf(realMachine().run(input, 'name'));
      expect(failure.name).toBe('Config.Invalid');
      expect(String(failure.cause)).not.toContain('a-secret');
    },
  );

  it.each([
    ['ThrottlingException', 400, 'Upstream.Throttled'],
    ['KmsThrottlingException', 400, 'Upstream.Throttled'],
    ['ExecutionLimitExceeded', 400, 'Upstream.Throttled'],
    ['InternalServerException', 500, 'Upstream.Unavailable'],
    ['hang', 500, 'Upstream.Unavailable'],
    ['StateMachineDoesNotExist', 400, 'Upstream.Misconfigured'],
    ['AccessDeniedException', 400, 'Upstream.Misconfigured'],
  ])('translates %s of status %i to %s, after one attempt', async (code, statusCode, name) => {
    wire.respond = () => {
      throw new AwsError(code, 'refused', { statusCode });
    };
    expect(await nameOfFailure(realMachine().run(input, 'name'))).toBe(name);
    expect(await nameOfFailure(realMachine().start(input, 'name'))).toBe(name);
    expect(wire.calls).toHaveLength(2);
  });
});
