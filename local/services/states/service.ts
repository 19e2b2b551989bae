/** Step Functions: state machines whose query language is JSONata. */
import { AwsError } from '../../aws.ts';
import type { Operation, Service } from '../../aws.ts';
import type { Store } from '../../state/store.ts';
import { onMachine, readingData } from './access.ts';
import { createExecutionOperations } from './execution-operations.ts';
import { createExecutions } from './executions.ts';
import type { ExecutionDependencies, Executions, Start } from './executions.ts';
import { createHistories } from './histories.ts';
import type { HistoryPage } from './histories.ts';
import { inputs, read } from './inputs.ts';
import { createMachineOperations } from './machine-operations.ts';
import { createMachines } from './machines.ts';
import type { Machines, StateMachineSettings, StoredStateMachine } from './machines.ts';
import type { StoredMapRun } from './map-runs.ts';
import { createStandardExecutions } from './standard-executions.ts';
import type { StandardExecutions } from './standard-executions.ts';
import type { StoredExecution } from './stored-execution.ts';
import { syncAnswer } from './sync-answer.ts';
import { createTestStateOperation } from './test-state.ts';

export interface StatesService extends Service {
  /** Makes the machine of this name or replaces it; for the deployer. @throws AwsError InvalidDefinition, InvalidName */
  readonly putStateMachine: (
    settings: StateMachineSettings,
  ) => Promise<{ readonly stateMachineArn: string }>;
  readonly putStateMachineAlias: (aliasArn: string) => Promise<void>;
  readonly deleteStateMachineAlias: (aliasArn: string) => Promise<void>;
  readonly deleteStateMachine: (arn: string) => Promise<void>;
  /** Takes up executions that a stop cut off; once functions and services are there. */
  readonly resume: () => void;
  /** Stops what runs here; what was started asynchronously goes on at the next `resume`. */
  readonly close: () => Promise<void>;
}

const createStartOperations = (
  machines: Machines,
  executions: Executions,
  standard: StandardExecutions,
  nowEpochMillis: () => number,
): Readonly<Record<string, Operation>> => ({
  StartSyncExecution: {
    authorize: (input) => [
      ...onMachine('StartSyncExecution')(input),
      ...readingData(machines, input),
    ],
    run: async (raw) => {
      const input = read(inputs.startSync, raw);
      const machine = machines.require(input.stateMachineArn);
      if (machine.type !== 'EXPRESS') {
        throw new AwsError(
          'StateMachineTypeNotSupported',
          'This operation is not supported by this type of state machine',
        );
      }
      const start = await executions.admit(machine, input.name, input.input);
      const outcome = await executions.run(machine, start);
      return syncAnswer(start, outcome, {
        stoppedAtEpochMillis: nowEpochMillis(),
        isDataIncluded: input.includedData === 'ALL_DATA',
        traceHeader: input.traceHeader,
      });
    },
  },
  StartExecution: {
    authorize: onMachine('StartExecution'),
    run: async (raw) => {
      const input = read(inputs.start, raw);
      const machine = machines.require(input.stateMachineArn);
      const start = await executions.admit(machine, input.name, input.input);
      if (machine.type === 'STANDARD') {
        const execution = await standard.start(machine, {
          name: start.name,
          input: start.input,
          traceHeader: input.traceHeader ?? null,
        });
        const startDate = execution.startedAtEpochMillis / 1_000;
        return { executionArn: execution.executionArn, startDate };
      }
      await executions.runInBackground(machine, start);
      return { executionArn: start.executionArn, startDate: start.startedAtEpochMillis / 1_000 };
    },
  },
});

export const createStatesService = async (
  deps: ExecutionDependencies & { readonly store: Store },
): Promise<StatesService> => {
  const { timers } = deps;
  const machines = createMachines(
    await deps.store.collection<StoredStateMachine>('states-machines'),
    await deps.store.collection('states-aliases'),
    timers,
  );
  const executions = createExecutions(
    machines,
    await deps.store.collection<Start>('states-pending-executions'),
    deps,
  );
  const histories = createHistories(
    await deps.store.collection<HistoryPage>('states-execution-histories'),
  );
  const standard = createStandardExecutions(
    machines,
    {
      executions: await deps.store.collection<StoredExecution>('states-executions'),
      revisions: await deps.store.collection<StoredStateMachine>('states-revisions'),
      mapRuns: await deps.store.collection<StoredMapRun>('states-map-runs'),
      histories,
    },
    deps,
  );
  return {
    name: 'states',
    operations: {
      ...createMachineOperations(machines, timers),
      ...createStartOperations(machines, executions, standard, () => timers.nowEpochMillis()),
      ...createExecutionOperations(machines, standard, histories),
      ...createTestStateOperation(deps),
    },
    putStateMachine: async (settings) => ({ stateMachineArn: (await machines.put(settings)).arn }),
    deleteStateMachine: (arn) => machines.delete(arn),
    putStateMachineAlias: machines.putAlias,
    deleteStateMachineAlias: machines.deleteAlias,
    resume: () => {
      executions.resume();
      // A fault of the store ends the twin at its next write.
      standard.resume().catch(() => undefined);
    },
    close: async () => {
      await Promise.all([executions.close(), standard.close()]);
    },
  };
};
