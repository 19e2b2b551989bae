/** Step Functions: Express state machines whose query language is JSONata. */
import type { Operation, Service } from '../../aws.ts';
import type { AccessRequest } from '../../iam/policy.ts';
import { twinRegion } from '../../identity.ts';
import type { Store } from '../../state/store.ts';
import { onMachine } from './access.ts';
import { createExecutions } from './executions.ts';
import type { ExecutionDependencies, Executions, Start } from './executions.ts';
import { inputs, read } from './inputs.ts';
import { createMachineOperations } from './machine-operations.ts';
import { createMachines } from './machines.ts';
import type { Machines, StateMachineSettings, StoredStateMachine } from './machines.ts';
import { syncAnswer } from './sync-answer.ts';

export interface StatesService extends Service {
  /** Makes the machine of this name or replaces it; for the deployer. @throws AwsError InvalidDefinition, InvalidName */
  readonly putStateMachine: (
    settings: StateMachineSettings,
  ) => Promise<{ readonly stateMachineArn: string }>;
  readonly deleteStateMachine: (arn: string) => Promise<void>;
  /** Takes up asynchronous executions that a stop cut off; once functions and services are there. */
  readonly resume: () => void;
  /** Aborts what runs. */
  readonly close: () => Promise<void>;
}

/** Who reads an execution's data of a machine with a customer-managed key needs that key. */
const readingData = (machines: Machines, input: Record<string, unknown>): AccessRequest[] => {
  const arn = String(input['stateMachineArn']);
  const key = machines.find(arn)?.kmsKeyArn ?? null;
  if (key === null || input['includedData'] === 'METADATA_ONLY') return [];
  return [
    {
      action: 'kms:Decrypt',
      resource: key,
      conditionKeys: {
        'kms:EncryptionContext:aws:states:stateMachineArn': arn,
        'kms:EncryptionContextKeys': ['aws:states:stateMachineArn'],
        'kms:ViaService': `states.${twinRegion}.amazonaws.com`,
      },
    },
  ];
};

const createExecutionOperations = (
  machines: Machines,
  executions: Executions,
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
      const start = executions.admit(machine, input.name, input.input);
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
      const start = executions.admit(machine, input.name, input.input);
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
    timers,
  );
  const executions = createExecutions(
    machines,
    await deps.store.collection<Start>('states-pending-executions'),
    deps,
  );
  return {
    name: 'states',
    operations: {
      ...createMachineOperations(machines, timers),
      ...createExecutionOperations(machines, executions, () => timers.nowEpochMillis()),
    },
    putStateMachine: async (settings) => ({ stateMachineArn: (await machines.put(settings)).arn }),
    deleteStateMachine: (arn) => machines.delete(arn),
    resume: executions.resume,
    close: executions.close,
  };
};
