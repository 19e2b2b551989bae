import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { nameOfRefusal, type Probe } from '../proof.ts';
import type { Stage } from '../stage.ts';
import { trustOfService } from './executions.ts';

interface Listener {
  readonly rule: string;
  /** The machine that gets what the rule lets pass. */
  readonly machineArn: string;
  readonly target: (extra?: Partial<Target>) => Target;
}

let rules = 0;

/** A rule, and a machine that keeps what it was started with. */
export const listen = async (
  stage: Stage,
  EventBusName: string,
  pattern: object,
): Promise<Listener> => {
  const { aws } = stage;
  const machineArn = await stage.machine(
    { StartAt: 'Pass', States: { Pass: { Type: 'Pass', End: true } } },
    await stage.role(trustOfService('states.amazonaws.com')),
  );
  const RoleArn = await stage.role(trustOfService('events.amazonaws.com'), [
    { Effect: 'Allow', Action: 'states:StartExecution', Resource: machineArn },
  ]);
  const rule = `${stage.name}-rule-${String((rules += 1))}`;
  const named = { Rule: rule, EventBusName };
  await stage.eventually(() =>
    aws.events.send(
      new PutRuleCommand({ Name: rule, EventBusName, EventPattern: JSON.stringify(pattern) }),
    ),
  );
  stage.atEnd(() => aws.events.send(new DeleteRuleCommand({ Name: rule, EventBusName })));
  stage.atEnd(() => aws.events.send(new RemoveTargetsCommand({ ...named, Ids: ['machine'] })));
  return {
    rule,
    machineArn,
    target: (extra) => ({ Id: 'machine', Arn: machineArn, RoleArn, ...extra }),
  };
};

/** What the machine was started with so far. */
export const heardBy = async ({ aws }: Stage, stateMachineArn: string): Promise<string[]> => {
  const { executions = [] } = await aws.states.send(new ListExecutionsCommand({ stateMachineArn }));
  return Promise.all(
    executions.map(async ({ executionArn }) => {
      const { input = '' } = await aws.states.send(new DescribeExecutionCommand({ executionArn }));
      return input;
    }),
  );
};

const busOf = async (stage: Stage): Promise<string> => {
  const Name = `${stage.name}-bus-${String((rules += 1))}`;
  await stage.aws.events.send(new CreateEventBusCommand({ Name }));
  stage.atEnd(() => stage.aws.events.send(new DeleteEventBusCommand({ Name })));
  return Name;
};

const ruleOn = async ({ aws, name, atEnd }: Stage, EventBusName: string): Promise<string> => {
  const Name = `${name}-alone`;
  await aws.events.send(
    new PutRuleCommand({ Name, EventBusName, EventPattern: JSON.stringify({ source: [name] }) }),
  );
  atEnd(() => aws.events.send(new DeleteRuleCommand({ Name, EventBusName })));
  return Name;
};

export const busWithRules: Probe = async (stage) => {
  const Name = await busOf(stage);
  await ruleOn(stage, Name);
  const refusal = await nameOfRefusal(() =>
    stage.aws.events.send(new DeleteEventBusCommand({ Name })),
  );
  return { shown: refusal !== null, saw: refusal ?? 'it was deleted' };
};

export const unknownTarget: Probe = async (stage) => {
  const EventBusName = await busOf(stage);
  const Rule = await ruleOn(stage, EventBusName);
  let failed: number | undefined;
  const refusal = await nameOfRefusal(async () => {
    ({ FailedEntryCount: failed } = await stage.aws.events.send(
      new RemoveTargetsCommand({ Rule, EventBusName, Ids: ['nobody'] }),
    ));
  });
  return {
    shown: refusal === null && failed === 0,
    saw: refusal ?? `${String(failed)} entries failed`,
  };
};

const telling = ({ name, aws }: Stage, EventBusName: string, detail: object) =>
  aws.events.send(
    new PutEventsCommand({
      Entries: [
        { EventBusName, Source: name, DetailType: 'Probe', Detail: JSON.stringify(detail) },
      ],
    }),
  );

export const unknownBus: Probe = async (stage) => {
  let failed: number | undefined;
  const refusal = await nameOfRefusal(async () => {
    ({ FailedEntryCount: failed } = await telling(stage, `${stage.name}-nowhere`, {}));
  });
  return {
    shown: refusal === null && failed === 0,
    saw: refusal ?? `${String(failed)} entries failed`,
  };
};

/** What a target with this input gets of an event with the detail. */
const received = async (stage: Stage, detail: object, input: Partial<Target>): Promise<string> => {
  const { aws } = stage;
  const EventBusName = await busOf(stage);
  const { rule, machineArn, target } = await listen(stage, EventBusName, { source: [stage.name] });
  await stage.eventually(() =>
    aws.events.send(new PutTargetsCommand({ Rule: rule, EventBusName, Targets: [target(input)] })),
  );
  // A new rule hears nothing for some seconds, so that the event is told until it was heard.
  const [first = ''] = await stage.eventually(
    async () => {
      await telling(stage, EventBusName, detail);
      return stage.eventually(
        () => heardBy(stage, machineArn),
        (inputs) => inputs.length > 0,
        3000,
      );
    },
    (inputs) => inputs.length > 0,
  );
  return first;
};

export const pathFindsNothing: Probe = async (stage) => {
  const path = await received(stage, {}, { InputPath: '$.detail.nothing' });
  const template = await received(
    stage,
    {},
    {
      InputTransformer: {
        InputPathsMap: { nothing: '$.detail.nothing' },
        InputTemplate: '{"is":"<nothing>"}',
      },
    },
  );
  return {
    shown: path === 'null' && template === '{"is":""}',
    saw: `${path} and ${template}`,
  };
};

export const jsonInQuotes: Probe = async (stage) => {
  const text = await received(
    stage,
    { inner: { a: 'b' } },
    {
      InputTransformer: {
        InputPathsMap: { inner: '$.detail.inner' },
        InputTemplate: '{"is":"<inner>"}',
      },
    },
  );
  return { shown: text === '{"is":"{\\"a\\":\\"b\\"}"}', saw: text };
};
