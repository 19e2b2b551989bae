/** Machines of a proof and their executions. */
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import type { Stage } from '../stage.ts';

export const trustOfService = (service: string): object => ({
  Effect: 'Allow',
  Principal: { Service: service },
  Action: 'sts:AssumeRole',
});
export const trustOfStates = trustOfService('states.amazonaws.com');

export const waiting = {
  StartAt: 'Wait',
  States: { Wait: { Type: 'Wait', Seconds: 300, End: true } },
};
export const passing = { StartAt: 'Pass', States: { Pass: { Type: 'Pass', End: true } } };

export const start = async (stage: Stage, stateMachineArn: string, name: string, input: string) => {
  const { executionArn = '' } = await stage.aws.states.send(
    new StartExecutionCommand({ stateMachineArn, name, input }),
  );
  return executionArn;
};

export const describe = ({ aws }: Stage, executionArn: string) =>
  aws.states.send(new DescribeExecutionCommand({ executionArn }));

export const ended = (stage: Stage, executionArn: string) =>
  stage.eventually(
    () => describe(stage, executionArn),
    ({ status }) => status !== 'RUNNING',
  );

export const historyOf = async ({ aws }: Stage, executionArn: string): Promise<HistoryEvent[]> =>
  (await aws.states.send(new GetExecutionHistoryCommand({ executionArn }))).events ?? [];
