import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { Probe } from '../proof.ts';
import type { Stage } from '../stage.ts';
import { ended, historyOf, passing, start, trustOfStates } from './executions.ts';

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
