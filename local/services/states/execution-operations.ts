/** The calls that show, list and stop standard executions. */
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import type { AccessRequest } from '../../iam/policy.ts';
import { onMachine, readingData } from './access.ts';
import type { Histories } from './histories.ts';
import { historyAnswer } from './history-answer.ts';
import { inputs, read } from './inputs.ts';
import type { Machines } from './machines.ts';
import { pageOf } from './pages.ts';
import type { StandardExecutions } from './standard-executions.ts';
import type { StoredExecution } from './stored-execution.ts';

type Input = Record<string, unknown>;

const onExecution =
  (action: string) =>
  (input: Input): AccessRequest[] => [
    { action: `states:${action}`, resource: String(input['executionArn']) },
  ];

/** @throws AwsError InvalidArn, ExecutionDoesNotExist */
const requireExecution = (executions: StandardExecutions, arn: string): StoredExecution => {
  const kind = /^arn:aws:states:[^:]+:\d{12}:(\w+):[^:]+/.exec(arn)?.[1];
  if (kind !== undefined && kind !== 'execution') {
    throw new AwsError(
      'InvalidArn',
      `Invalid Arn: 'Resource type not valid in this context: ${kind}'`,
    );
  }
  if (!/^arn:aws:states:[^:]+:\d{12}:execution:[^:]+:[^:]+$/.test(arn)) {
    throw new AwsError('InvalidArn', `Invalid Arn: '${arn}'`);
  }
  const execution = executions.find(arn);
  if (execution !== undefined) return execution;
  throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
};

const dated = ({ child, startedAtEpochMillis, stoppedAtEpochMillis }: StoredExecution): Input => ({
  startDate: startedAtEpochMillis / 1_000,
  ...(stoppedAtEpochMillis !== null && { stopDate: stoppedAtEpochMillis / 1_000 }),
  ...(child !== null && { mapRunArn: child.mapRunArn }),
  redriveCount: 0,
});

const described = (execution: StoredExecution, isDataIncluded: boolean): Input => {
  const { cause, error, input, output, traceHeader } = execution;
  const details = { included: isDataIncluded };
  return {
    executionArn: execution.executionArn,
    stateMachineArn: execution.stateMachineArn,
    name: execution.name,
    status: execution.status,
    ...dated(execution),
    ...(isDataIncluded && { input }),
    inputDetails: details,
    ...(output !== null && { ...(isDataIncluded && { output }), outputDetails: details }),
    ...(error !== null && { error: error.slice(0, 256) }),
    ...(cause !== null && { cause: cause.slice(0, 32_768) }),
    ...(traceHeader !== null && { traceHeader }),
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'Redrive is not emulated.',
  };
};

const listed = (execution: StoredExecution): Input => ({
  executionArn: execution.executionArn,
  stateMachineArn: execution.stateMachineArn,
  name: execution.name,
  status: execution.status,
  ...dated(execution),
  ...(execution.child !== null && { itemCount: execution.child.itemCount }),
});

export const createExecutionOperations = (
  machines: Machines,
  executions: StandardExecutions,
  histories: Histories,
): Readonly<Record<string, Operation>> => {
  const machineOf = (input: Input): string =>
    executions.find(String(input['executionArn']))?.stateMachineArn ?? '';
  return {
    DescribeExecution: {
      authorize: (input) => [
        ...onExecution('DescribeExecution')(input),
        ...readingData(machines, { ...input, stateMachineArn: machineOf(input) }),
      ],
      run: (raw) => {
        const { executionArn, includedData } = read(inputs.describeExecution, raw);
        const execution = requireExecution(executions, executionArn);
        return Promise.resolve(described(execution, includedData === 'ALL_DATA'));
      },
    },
    GetExecutionHistory: {
      authorize: (input) => [
        ...onExecution('GetExecutionHistory')(input),
        ...readingData(machines, {
          stateMachineArn: machineOf(input),
          includedData: input['includeExecutionData'] === false ? 'METADATA_ONLY' : 'ALL_DATA',
        }),
      ],
      run: (raw) => {
        const input = read(inputs.history, raw);
        const { executionArn } = requireExecution(executions, input.executionArn);
        const events = [...histories.events(executionArn)];
        if (input.reverseOrder) events.reverse();
        const list = `${input.reverseOrder ? 'reverse' : 'history'} ${executionArn}`;
        const { nextToken, page } = pageOf(events, list, input);
        return Promise.resolve({
          events: page.map((event) => historyAnswer(event, input.includeExecutionData)),
          ...(nextToken !== undefined && { nextToken }),
        });
      },
    },
    ListExecutions: {
      authorize: (input) => {
        const { mapRunArn } = input;
        return typeof mapRunArn === 'string'
          ? [{ action: 'states:ListExecutions', resource: mapRunArn }]
          : onMachine('ListExecutions')(input);
      },
      run: (raw) => {
        const input = read(inputs.listExecutions, raw);
        const { mapRunArn, stateMachineArn, statusFilter } = input;
        if ((mapRunArn === undefined) === (stateMachineArn === undefined)) {
          throw new AwsError(
            'ValidationException',
            'Exactly one of stateMachineArn and mapRunArn is needed.',
          );
        }
        if (mapRunArn === undefined && machines.require(stateMachineArn).type === 'EXPRESS') {
          throw new AwsError(
            'StateMachineTypeNotSupported',
            'This operation is not supported by this type of state machine',
          );
        }
        const found = executions
          .all()
          .filter((execution) =>
            mapRunArn === undefined
              ? execution.child === null && execution.stateMachineArn === stateMachineArn
              : execution.child?.mapRunArn === mapRunArn && execution.child.type === 'STANDARD',
          )
          .filter(({ status }) => statusFilter === undefined || status === statusFilter)
          .reverse()
          .sort((left, right) => right.startedAtEpochMillis - left.startedAtEpochMillis);
        const list = `${mapRunArn ?? stateMachineArn ?? ''} ${statusFilter ?? ''}`;
        const { nextToken, page } = pageOf(found, list, input);
        return Promise.resolve({
          executions: page.map(listed),
          ...(nextToken !== undefined && { nextToken }),
        });
      },
    },
    StopExecution: {
      authorize: onExecution('StopExecution'),
      run: async (raw) => {
        const { cause, error, executionArn } = read(inputs.stop, raw);
        const execution = requireExecution(executions, executionArn);
        const { stoppedAtEpochMillis } = await executions.stop(execution, {
          ...(error !== undefined && { error }),
          ...(cause !== undefined && { cause }),
        });
        return { stopDate: (stoppedAtEpochMillis ?? 0) / 1_000 };
      },
    },
  };
};
