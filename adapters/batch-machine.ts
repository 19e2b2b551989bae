import {
  DescribeExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { Batch } from '../core/batches/batch.ts';
import type { BatchMachine } from '../core/batches/ports.ts';
import { awsErrorName, awsFailure } from './aws-failures.ts';

type Run = Pick<Batch, 'batchId' | 'run'>;

/** The state machine issue-batch. A run's execution is named after it, so that no run is started twice. */
export const stepFunctionsBatchMachine = (options: {
  readonly client: SFNClient;
  /** Of the machine or of an alias of it. */
  readonly stateMachineArn: string;
}): BatchMachine => {
  const { client, stateMachineArn } = options;
  const nameOf = ({ batchId, run }: Run): string => `${batchId}-${String(run)}`;
  // An execution is the machine's, by whatever alias it was started.
  const executions = stateMachineArn
    .replace(/(:stateMachine:[^:]+):.*$/, '$1')
    .replace(':stateMachine:', ':execution:');
  const arnOf = (run: Run): string => `${executions}:${nameOf(run)}`;
  return {
    start: async (input) => {
      try {
        await client.send(
          new StartExecutionCommand({
            stateMachineArn,
            name: nameOf(input),
            input: JSON.stringify(input),
          }),
        );
      } catch (error) {
        if (awsErrorName(error) !== 'ExecutionAlreadyExists') throw awsFailure(error);
      }
    },
    stop: async (run) => {
      try {
        await client.send(new StopExecutionCommand({ executionArn: arnOf(run) }));
      } catch (error) {
        if (awsErrorName(error) !== 'ExecutionDoesNotExist') throw awsFailure(error);
      }
    },
    stateOf: async (run) => {
      try {
        const { status } = await client.send(
          new DescribeExecutionCommand({ executionArn: arnOf(run) }),
        );
        return status === 'RUNNING' ? 'running' : 'ended';
      } catch (error) {
        if (awsErrorName(error) === 'ExecutionDoesNotExist') return 'unknown';
        throw awsFailure(error);
      }
    },
  };
};
