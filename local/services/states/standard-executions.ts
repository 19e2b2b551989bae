/**
 * Standard executions: known by their name, stored step by step, and taken up after a restart. One file, though long: what
 * is stored, and what is taken up from it, must agree.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Machine } from '../../asl/definition.ts';
import { AslError, Stopped } from '../../asl/errors.ts';
import type { StopDetails } from '../../asl/errors.ts';
import { execute } from '../../asl/execute.ts';
import type { Outcome } from '../../asl/execution.ts';
import type { Journal } from '../../asl/journal.ts';
import { AwsError } from '../../aws.ts';
import type { Collection } from '../../state/store.ts';
import { executionLogger, logStreamName } from './execution-log.ts';
import type { ExecutionDependencies } from './executions.ts';
import type { Histories } from './histories.ts';
import type { Machines, StoredStateMachine } from './machines.ts';
import { createMapRuns } from './map-runs.ts';
import type { RunChild, StoredMapRun } from './map-runs.ts';
import { statusEvent } from './status-events.ts';
import { ended, outcomeOf } from './stored-execution.ts';
import type { StoredExecution } from './stored-execution.ts';
import { createTaskRunner } from './task-runner.ts';

export interface StandardCollections {
  readonly executions: Collection<StoredExecution>;
  /** Machines as they were when executions of them started. */
  readonly revisions: Collection<StoredStateMachine>;
  readonly mapRuns: Collection<StoredMapRun>;
  readonly histories: Histories;
}

export interface StandardExecutions {
  /** @throws AwsError ExecutionAlreadyExists */
  readonly start: (
    machine: StoredStateMachine,
    start: Pick<StoredExecution, 'name' | 'input' | 'traceHeader'>,
  ) => Promise<StoredExecution>;
  /** Resolves when its end is durable; of one that has ended, tells its end again. */
  readonly stop: (execution: StoredExecution, details: StopDetails) => Promise<StoredExecution>;
  readonly find: (executionArn: string) => StoredExecution | undefined;
  readonly all: () => StoredExecution[];
  readonly resume: () => Promise<void>;
  /** Leaves what runs for the next process to take up. */
  readonly close: () => Promise<void>;
}

const yearMillis = 365 * 86_400_000;
/** As long as AWS keeps a history, and a name. */
const retentionMillis = 90 * 86_400_000;
const expressMaximumMillis = 300_000;

const sameInput = (left: string, right: string): boolean =>
  isDeepStrictEqual(JSON.parse(left), JSON.parse(right));

const executionArnOf = (machine: StoredStateMachine, name: string): string =>
  `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;

export const createStandardExecutions = (
  machines: Machines,
  { executions, histories, mapRuns: storedMapRuns, revisions }: StandardCollections,
  dependencies: ExecutionDependencies,
): StandardExecutions => {
  const { onStatusChange, pause, random, timers, writeLog } = dependencies;
  const runTask = createTaskRunner(dependencies);
  const closing = new AbortController();
  const running = new Map<
    string,
    { readonly stopping: AbortController; readonly end: Promise<StoredExecution> }
  >();

  /** Of executions of their own; the children of a map run are not told of. */
  const tell = async (execution: StoredExecution): Promise<void> => {
    if (execution.child !== null) return;
    const machine = revisions.get(execution.revisionId);
    await onStatusChange?.(statusEvent(execution, (machine?.kmsKeyArn ?? null) !== null));
  };

  /** What ends because this process ends goes on in the next one: nothing of that is told. */
  const untilClosed = (journal: Journal): Journal => ({
    arrive: (arrival) => (closing.signal.aborted ? Promise.resolve() : journal.arrive(arrival)),
    wait: (until) => (closing.signal.aborted ? Promise.resolve() : journal.wait(until)),
  });

  const carryOut = async (
    machine: StoredStateMachine,
    compiled: Machine,
    execution: StoredExecution,
    signal: AbortSignal,
  ): Promise<StoredExecution> => {
    const { child, executionArn, name, startedAtEpochMillis } = execution;
    const isExpress = child?.type === 'EXPRESS';
    const mapRuns = mapRunsOf(machine, execution);
    const recorder = isExpress ? null : histories.recorder(executionArn);
    const resumption = isExpress ? undefined : histories.resumption(executionArn);
    const stream = logStreamName(
      machine.name,
      startedAtEpochMillis,
      machine.revisionId.slice(0, 8),
    );
    const log = executionLogger(machine.logging, { arn: executionArn, stream }, writeLog);
    const outcome: Outcome = await execute(compiled, {
      id: executionArn,
      name,
      roleArn: machine.roleArn,
      stateMachine: { id: machine.arn, name: machine.name },
      input: JSON.parse(execution.input) as unknown,
      timers,
      runTask: async (request) => {
        try {
          return await runTask(request);
        } catch (error) {
          if (error instanceof AslError) throw error;
          throw new AslError('States.Runtime', 'The task failed inside the service.');
        }
      },
      record: (event) => {
        if (closing.signal.aborted) return;
        recorder?.record(event);
        log(event);
      },
      signal,
      startedAtEpochMillis,
      maximumMillis: isExpress ? expressMaximumMillis : yearMillis,
      mapRuns,
      ...(recorder !== null && { journal: untilClosed(recorder) }),
      ...(resumption !== undefined && { resumption }),
      ...(random !== undefined && { random }),
      ...(pause !== undefined && { pause: (stateName, when) => pause(stateName, when, name) }),
    });
    if (closing.signal.aborted) return execution;
    const end = ended(execution, outcome, timers.nowEpochMillis());
    // Put together, so that no kill leaves an ended history of an execution that seems to run.
    await Promise.all([recorder?.finish(), executions.put(executionArn, end)]);
    await mapRuns.release();
    await tell(end);
    return end;
  };

  const run: RunChild = (machine, compiled, execution, signal) => {
    const stopping = new AbortController();
    const stop = (): void => {
      stopping.abort((signal ?? closing.signal).reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted ?? closing.signal.aborted) stop();
    const end = carryOut(machine, compiled, execution, stopping.signal).finally(() => {
      running.delete(execution.executionArn);
      signal?.removeEventListener('abort', stop);
    });
    running.set(execution.executionArn, { stopping, end });
    return end;
  };

  const mapRunsOf = createMapRuns({
    runs: storedMapRuns,
    executions,
    dependencies,
    run,
  });

  const begin = (machine: StoredStateMachine, execution: StoredExecution): void => {
    // Nobody waits for it; a fault of the store leaves it for the next start of the twin.
    run(machine, machines.compiled(machine), execution, null).catch(() => undefined);
  };

  const retire = async (now: number): Promise<void> => {
    for (const [arn, { stoppedAtEpochMillis }] of [...executions.entries()]) {
      if (stoppedAtEpochMillis === null || now - stoppedAtEpochMillis < retentionMillis) continue;
      await histories.delete(arn);
      await executions.delete(arn);
    }
    for (const [key] of [...storedMapRuns.entries()]) {
      const parent = key.slice(0, key.lastIndexOf('/'));
      if (executions.get(parent) === undefined) await storedMapRuns.delete(key);
    }
  };

  const takeUp = async (execution: StoredExecution): Promise<void> => {
    const machine = revisions.get(execution.revisionId);
    const parent = execution.child?.parentArn;
    const isOrphan =
      machine === undefined ||
      (parent !== undefined && executions.get(parent)?.status !== 'RUNNING');
    if (isOrphan) {
      const aborted = ended(execution, { status: 'ABORTED' }, timers.nowEpochMillis());
      await executions.put(execution.executionArn, aborted);
    } else if (parent === undefined) begin(machine, execution);
  };

  return {
    find: (executionArn) => executions.get(executionArn),
    all: () => [...executions.entries()].map(([, execution]) => execution),
    start: async (machine, start) => {
      const executionArn = executionArnOf(machine, start.name);
      const existing = executions.get(executionArn);
      if (existing !== undefined) {
        const isSame = existing.status === 'RUNNING' && sameInput(existing.input, start.input);
        if (isSame) {
          // The same again, so that this answer too waits until the start is durable.
          await executions.put(executionArn, existing);
          return existing;
        }
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
      }
      const execution: StoredExecution = {
        ...start,
        executionArn,
        stateMachineArn: machine.arn,
        revisionId: machine.revisionId,
        startedAtEpochMillis: timers.nowEpochMillis(),
        stoppedAtEpochMillis: null,
        status: 'RUNNING',
        output: null,
        error: null,
        cause: null,
        child: null,
      };
      // The revision is on its way before the execution that needs it.
      const isKept = revisions.get(machine.revisionId) !== undefined;
      const kept = isKept ? Promise.resolve() : revisions.put(machine.revisionId, machine);
      await Promise.all([kept, executions.put(executionArn, execution)]);
      // The start is told before the end can be.
      const told = tell(execution);
      begin(machine, execution);
      await told;
      return execution;
    },
    stop: async (execution, details) => {
      const current = running.get(execution.executionArn);
      if (current === undefined) {
        const stored = executions.get(execution.executionArn) ?? execution;
        if (outcomeOf(stored) !== undefined) return stored;
        // Cut off by a restart, and not taken up again: nothing runs that could tell its end.
        const aborted = ended(stored, { status: 'ABORTED', ...details }, timers.nowEpochMillis());
        await executions.put(execution.executionArn, aborted);
        await tell(aborted);
        return aborted;
      }
      current.stopping.abort(new Stopped(details));
      return current.end;
    },
    resume: async () => {
      await retire(timers.nowEpochMillis());
      for (const [, execution] of [...executions.entries()]) {
        if (outcomeOf(execution) !== undefined) continue;
        if (!running.has(execution.executionArn)) await takeUp(execution);
      }
    },
    close: async () => {
      closing.abort();
      for (const { stopping } of running.values()) stopping.abort(closing.signal.reason);
      await Promise.allSettled([...running.values()].map(({ end }) => end));
    },
  };
};
