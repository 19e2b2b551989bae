/** Map runs: the executions that a distributed Map starts, found again after a restart. */
import { randomUUID } from 'node:crypto';
import type { Machine } from '../../asl/definition.ts';
import type { ChildExecution, MapRuns, Outcome } from '../../asl/execution.ts';
import { AslError } from '../../asl/errors.ts';
import type { Collection } from '../../state/store.ts';
import { asTaskError } from './sdk-task.ts';
import type { StoredStateMachine } from './machines.ts';
import { outcomeOf } from './stored-execution.ts';
import type { StoredExecution } from './stored-execution.ts';
import { s3OfMaps } from './task-resources.ts';
import { principalOfMachine, taskCallContext } from './task-runner.ts';
import type { TaskDependencies } from './task-runner.ts';

/** Under its parent's ARN and the attempt of the state. */
export interface StoredMapRun {
  readonly arn: string;
}

/**
 * A child is run by its map run, and found by it after a restart.
 * @param signal ends it with what it is part of; null where it is part of nothing
 */
export type RunChild = (
  machine: StoredStateMachine,
  compiled: Machine,
  execution: StoredExecution,
  signal: AbortSignal | null,
) => Promise<StoredExecution>;

interface ParentMapRuns extends MapRuns {
  /** Forgets the express children once nothing will ask for them: they have no history. */
  readonly release: () => Promise<void>;
}

interface Surroundings {
  readonly runs: Collection<StoredMapRun>;
  readonly executions: Collection<StoredExecution>;
  readonly dependencies: TaskDependencies & {
    readonly timers: { readonly nowEpochMillis: () => number };
  };
  readonly run: RunChild;
}

const childExecution = (execution: StoredExecution, outcome: Outcome): ChildExecution => ({
  executionArn: execution.executionArn,
  name: execution.name,
  input: execution.input,
  startedAtEpochMillis: execution.startedAtEpochMillis,
  stoppedAtEpochMillis: execution.stoppedAtEpochMillis ?? execution.startedAtEpochMillis,
  outcome,
});

export const createMapRuns =
  ({ dependencies, executions, run, runs }: Surroundings) =>
  (machine: StoredStateMachine, parent: StoredExecution): ParentMapRuns => {
    const express = new Set<string>();
    return {
      s3: async (operation, parameters, context) => {
        const principal = await principalOfMachine(dependencies, context);
        const callContext = taskCallContext(principal);
        try {
          return await dependencies.call('s3', operation, { ...parameters }, callContext);
        } catch (error) {
          throw asTaskError(error, s3OfMaps, callContext.requestId);
        }
      },
      open: async ({ attempt, executionType, label, processor }) => {
        const key = `${parent.executionArn}/${attempt}`;
        const stateMachineArn = `${machine.arn}/${label}`;
        const place = stateMachineArn.replace(':stateMachine:', ':mapRun:');
        const arn = runs.get(key)?.arn ?? `${place}:${randomUUID()}`;
        await runs.put(key, { arn });
        const children = new Map<number, StoredExecution>();
        for (const [, execution] of executions.entries()) {
          if (execution.child?.mapRunArn === arn) children.set(execution.child.index, execution);
        }
        const started = async (
          index: number,
          input: string,
          itemCount: number,
        ): Promise<StoredExecution> => {
          const name = randomUUID();
          const kind = executionType === 'EXPRESS' ? 'express' : 'execution';
          const execution: StoredExecution = {
            executionArn: `${stateMachineArn.replace(':stateMachine:', `:${kind}:`)}:${name}`,
            stateMachineArn,
            revisionId: machine.revisionId,
            name,
            input,
            traceHeader: null,
            startedAtEpochMillis: dependencies.timers.nowEpochMillis(),
            stoppedAtEpochMillis: null,
            status: 'RUNNING',
            output: null,
            error: null,
            cause: null,
            child: {
              mapRunArn: arn,
              parentArn: parent.executionArn,
              type: executionType,
              index,
              itemCount,
            },
          };
          await executions.put(execution.executionArn, execution);
          return execution;
        };
        return {
          arn,
          stateMachineArn,
          runChild: async (index, input, { itemCount, signal }) => {
            const before = children.get(index);
            if (executionType === 'EXPRESS' && before !== undefined)
              express.add(before.executionArn);
            const isSame = before?.input === input;
            const outcome = isSame ? outcomeOf(before) : undefined;
            if (isSame && outcome !== undefined) return childExecution(before, outcome);
            const execution = isSame ? before : await started(index, input, itemCount);
            const compiled = { ...processor, timeoutSeconds: null };
            if (executionType === 'EXPRESS') express.add(execution.executionArn);
            const end = await run(machine, compiled, execution, signal);
            const reached = outcomeOf(end);
            if (reached !== undefined) return childExecution(end, reached);
            throw new AslError('States.Runtime', 'The service is stopping.');
          },
        };
      },
      release: async () => {
        await Promise.all([...express].map((executionArn) => executions.delete(executionArn)));
      },
    };
  };
