import {
  StartSyncExecutionCommand,
  StopExecutionCommand,
  TestStateCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { nameOfRefusal, type Probe } from '../proof.ts';
import {
  describe,
  ended,
  historyOf,
  passing,
  start,
  trustOfStates,
  waiting,
} from './executions.ts';

export const stsNotIntegrated: Probe = async ({ aws }) => {
  const definition = JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Assume',
    States: {
      Assume: {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:sts:assumeRoleWithWebIdentity',
        Arguments: { RoleArn: 'x', RoleSessionName: 'x', WebIdentityToken: 'x' },
        End: true,
      },
    },
  });
  const { result, diagnostics } = await aws.states.send(
    new ValidateStateMachineDefinitionCommand({ definition }),
  );
  return { shown: result === 'FAIL', saw: diagnostics?.[0]?.code ?? result ?? 'nothing' };
};

export const sameInputAsJson: Probe = async (stage) => {
  const machine = await stage.machine(waiting, await stage.role(trustOfStates));
  const first = await start(stage, machine, 'once', '{"a":1,"b":[2]}');
  stage.atEnd(() => stage.aws.states.send(new StopExecutionCommand({ executionArn: first })));
  const refusal = await nameOfRefusal(async () => {
    const second = await start(stage, machine, 'once', '{ "a": 1, "b": [ 2 ] }');
    if (second !== first) throw new TypeError('another execution');
  });
  const other = await nameOfRefusal(() => start(stage, machine, 'once', '{"a":2}'));
  return {
    shown: refusal === null && other === 'ExecutionAlreadyExists',
    saw: `${refusal ?? 'the same execution'}; ${other ?? 'the same'} for another input`,
  };
};

export const stopAfterEnd: Probe = async (stage) => {
  const machine = await stage.machine(passing, await stage.role(trustOfStates));
  const executionArn = await start(stage, machine, 'ends', '{}');
  const before = await ended(stage, executionArn);
  const refusal = await nameOfRefusal(async () => {
    const { stopDate } = await stage.aws.states.send(new StopExecutionCommand({ executionArn }));
    if (stopDate?.getTime() !== before.stopDate?.getTime()) throw new TypeError('another end');
  });
  const { status } = await describe(stage, executionArn);
  return {
    shown: refusal === null && status === 'SUCCEEDED',
    saw: `${refusal ?? 'its end'}, and it is ${status ?? 'nothing'}`,
  };
};

export const stoppedStateUnsaid: Probe = async (stage) => {
  const machine = await stage.machine(waiting, await stage.role(trustOfStates));
  const executionArn = await start(stage, machine, 'stopped', '{}');
  await stage.eventually(
    () => historyOf(stage, executionArn),
    (events) => events.some(({ type }) => type === 'WaitStateEntered'),
  );
  await stage.aws.states.send(new StopExecutionCommand({ executionArn }));
  await ended(stage, executionArn);
  const types = (await historyOf(stage, executionArn)).map(({ type }) => String(type));
  return {
    shown:
      types.at(-1) === 'ExecutionAborted' && !types.some((type) => type.endsWith('StateAborted')),
    saw: types.join(', '),
  };
};

export const keyAskedAtStart: Probe = async (stage) => {
  const { name, partition, region, accountId } = stage.deployed;
  const kmsKeyId = `arn:${partition}:kms:${region}:${accountId}:alias/${name}/data`;
  const machine = await stage.machine(passing, await stage.role(trustOfStates), {
    type: 'EXPRESS',
    encryptionConfiguration: { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId },
  });
  const refusal = await nameOfRefusal(() =>
    stage.aws.states.send(new StartSyncExecutionCommand({ stateMachineArn: machine, input: '{}' })),
  );
  return { shown: refusal === 'KmsAccessDeniedException', saw: refusal ?? 'it started' };
};

export const datesAsTexts: Probe = async (stage) => {
  const stateMachineArn = stage.deployed.machines['issue-credentials'] ?? '';
  const roleArn = await stage.role(trustOfStates, [
    { Effect: 'Allow', Action: 'states:DescribeStateMachine', Resource: '*' },
  ]);
  const definition = JSON.stringify({
    Type: 'Task',
    QueryLanguage: 'JSONata',
    Resource: 'arn:aws:states:::aws-sdk:sfn:describeStateMachine',
    Arguments: { StateMachineArn: stateMachineArn },
    Output: '{% $states.result.CreationDate %}',
    End: true,
  });
  const { output = '' } = await stage.eventually(
    () => stage.aws.states.send(new TestStateCommand({ definition, roleArn, input: '{}' })),
    ({ status }) => status === 'SUCCEEDED',
  );
  return { shown: /^"\d{4}-\d\d-\d\dT[\d:.]+Z"$/.test(output), saw: output };
};
