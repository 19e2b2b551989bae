import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
  TestStateCommand,
  ValidateStateMachineDefinitionCommand,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { nameOfRefusal, type Probe } from '../proof.ts';
import type { Stage } from '../stage.ts';

export const trustOfService = (service: string): object => ({
  Effect: 'Allow',
  Principal: { Service: service },
  Action: 'sts:AssumeRole',
});
const trustOfStates = trustOfService('states.amazonaws.com');

const waiting = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 300, End: true } } };
const passing = { StartAt: 'Pass', States: { Pass: { Type: 'Pass', End: true } } };

const start = async (stage: Stage, stateMachineArn: string, name: string, input: string) => {
  const { executionArn = '' } = await stage.aws.states.send(
    new StartExecutionCommand({ stateMachineArn, name, input }),
  );
  return executionArn;
};

const describe = ({ aws }: Stage, executionArn: string) =>
  aws.states.send(new DescribeExecutionCommand({ executionArn }));

const ended = (stage: Stage, executionArn: string) =>
  stage.eventually(
    () => describe(stage, executionArn),
    ({ status }) => status !== 'RUNNING',
  );

const historyOf = async ({ aws }: Stage, executionArn: string): Promise<HistoryEvent[]> =>
  (await aws.states.send(new GetExecutionHistoryCommand({ executionArn }))).events ?? [];

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

interface MapRun {
  readonly types: readonly string[];
  readonly lengthAtStart: number | null;
  readonly members: readonly string[];
}

const runMap = async (stage: Stage): Promise<MapRun> => {
  const { aws, deployed, name } = stage;
  const Bucket = deployed.bucket ?? '';
  const Key = `${name}/items.json`;
  await aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: '[1,2]' }));
  stage.atEnd(async () => {
    const { Contents = [] } = await aws.s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: `${name}/` }),
    );
    for (const { Key: each } of Contents) {
      await aws.s3.send(new DeleteObjectCommand({ Bucket, Key: each ?? '' }));
    }
  });
  const roleArn = await stage.role(trustOfStates, [
    {
      Effect: 'Allow',
      Action: [
        's3:GetObject',
        's3:PutObject',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts',
      ],
      Resource: `arn:${deployed.partition}:s3:::${Bucket}/${name}/*`,
    },
    {
      Effect: 'Allow',
      Action: ['states:StartExecution', 'states:DescribeExecution', 'states:StopExecution'],
      Resource: `arn:${deployed.partition}:states:${deployed.region}:${deployed.accountId}:*:${name}*`,
    },
  ]);
  const machine = await stage.machine(
    {
      StartAt: 'Map',
      States: {
        Map: {
          Type: 'Map',
          Label: 'Each',
          ItemReader: {
            Resource: 'arn:aws:states:::s3:getObject',
            ReaderConfig: { InputType: 'JSON' },
            Arguments: { Bucket, Key },
          },
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
            ...passing,
          },
          ResultWriter: {
            Resource: 'arn:aws:states:::s3:putObject',
            Arguments: { Bucket, Prefix: `${name}/results` },
          },
          End: true,
        },
      },
    },
    roleArn,
  );
  let tries = 0;
  const executionArn = await stage.eventually(async () => {
    const arn = await start(stage, machine, `map-${String((tries += 1))}`, '{}');
    const { status } = await ended(stage, arn);
    if (status !== 'SUCCEEDED') throw new TypeError(`the Map ended as ${status ?? 'nothing'}`);
    return arn;
  });
  const events = await historyOf(stage, executionArn);
  const { Contents = [] } = await aws.s3.send(
    new ListObjectsV2Command({ Bucket, Prefix: `${name}/results` }),
  );
  const file = Contents.find((each) => each.Key?.endsWith('SUCCEEDED_0.json') === true)?.Key;
  const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key: file ?? '' }));
  const results = JSON.parse((await Body?.transformToString()) ?? '[]') as object[];
  return {
    types: events.map(({ type }) => String(type)),
    lengthAtStart:
      events.find(({ type }) => type === 'MapStateStarted')?.mapStateStartedEventDetails?.length ??
      null,
    members: Object.keys(results[0] ?? {}),
  };
};

const runs = new WeakMap<Stage, Promise<MapRun>>();
/** Both probes look at one run. */
const mapRunOf = (stage: Stage): Promise<MapRun> => {
  const run = runs.get(stage) ?? runMap(stage);
  runs.set(stage, run);
  return run;
};

const inOrder = ['MapStateStarted', 'MapRunStarted', 'MapRunSucceeded', 'MapStateSucceeded'];

export const mapRunBeginsEmpty: Probe = async (stage) => {
  const { types, lengthAtStart } = await mapRunOf(stage);
  const ofMap = types.filter((type) => inOrder.includes(type));
  return {
    shown: lengthAtStart === 0 && ofMap.join() === inOrder.join(),
    saw: `length ${String(lengthAtStart)}; ${ofMap.join(', ')}`,
  };
};

const membersOfResult = [
  'ExecutionArn',
  'Input',
  'Name',
  'Output',
  'StartDate',
  'StateMachineArn',
  'Status',
  'StopDate',
];

export const mapResultMembers: Probe = async (stage) => {
  const { members } = await mapRunOf(stage);
  return {
    shown: membersOfResult.every((member) => members.includes(member)),
    saw: members.join(', '),
  };
};
