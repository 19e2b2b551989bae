/** Express executions: synchronous ones, and asynchronous ones that a restart does not lose. */
import { randomUUID } from 'node:crypto';
import { execute } from '../../asl/execute.ts';
import type { Outcome } from '../../asl/execution.ts';
import { maximumPayloadBytes } from '../../asl/limits.ts';
import type { Timers } from '../../asl/timers.ts';
import { AwsError } from '../../aws.ts';
import type { Principal } from '../../aws.ts';
import type { AccessRequest } from '../../iam/policy.ts';
import type { Collection } from '../../state/store.ts';
import { keepingData } from './access.ts';
import { executionLogger, logStreamName } from './execution-log.ts';
import type { WriteLog } from './execution-log.ts';
import { requireName } from './machines.ts';
import type { Machines, StoredStateMachine } from './machines.ts';
import type { StatusEvent } from './status-events.ts';
import { createTaskRunner, sessionNameOf } from './task-runner.ts';
import type { TaskDependencies } from './task-runner.ts';

export interface ExecutionDependencies extends TaskDependencies {
  /** Whether the machine's role may do this. Rejects as principalOfRole does. */
  readonly mayDo: (principal: Principal, request: AccessRequest) => boolean;
  readonly timers: Timers;
  readonly writeLog: WriteLog;
  /** Told when a standard execution starts and when it has ended; best effort, as on AWS. */
  readonly onStatusChange?: (event: StatusEvent) => Promise<void>;
  /** Lets a test hold an execution between two states. */
  readonly pause?: (
    stateName: string,
    when: 'enter' | 'exit',
    executionName: string,
  ) => Promise<void>;
  /** For jitter and `$random()`. */
  readonly random?: () => number;
}

export interface Start {
  readonly stateMachineArn: string;
  readonly executionArn: string;
  readonly name: string;
  /** JSON text. */
  readonly input: string;
  readonly startedAtEpochMillis: number;
}

export interface Executions {
  /** Rejects with AwsError InvalidExecutionInput, InvalidName, KmsAccessDeniedException. */
  readonly admit: (
    machine: StoredStateMachine,
    name: string | undefined,
    input: string,
  ) => Promise<Start>;
  readonly run: (machine: StoredStateMachine, start: Start) => Promise<Outcome>;
  /** Resolves when the start is durable; the execution goes on. */
  readonly runInBackground: (machine: StoredStateMachine, start: Start) => Promise<void>;
  /** Runs what was started and not ended when the process died: at least once. */
  readonly resume: () => void;
  /** Aborts what runs, and waits for its end. */
  readonly close: () => Promise<void>;
}

/** No Express execution lasts longer. */
const expressMaximumMillis = 300_000;

export const createExecutions = (
  machines: Machines,
  pending: Collection<Start>,
  dependencies: ExecutionDependencies,
): Executions => {
  const { pause, random, timers, writeLog } = dependencies;
  const runTask = createTaskRunner(dependencies);
  const running = new Map<Promise<unknown>, AbortController>();
  const closing = new AbortController();
  const streamSuffix = randomUUID().slice(0, 8);

  /** A role that cannot be assumed fails the first Task instead, with States.Permissions. */
  const requireDataKey = async (machine: StoredStateMachine, name: string): Promise<void> => {
    const requests = keepingData(machine);
    if (requests.length === 0) return;
    const principal = await dependencies
      .principalOfRole(machine.roleArn, sessionNameOf(name), machine.arn)
      .catch(() => null);
    if (principal === null) return;
    const refused = requests.find((request) => !dependencies.mayDo(principal, request));
    if (refused === undefined) return;
    throw new AwsError(
      'KmsAccessDeniedException',
      `User: ${principal.arn} is not authorized to perform: ${refused.action} on resource: ${refused.resource}`,
    );
  };

  const run = (machine: StoredStateMachine, start: Start): Promise<Outcome> => {
    const stream = logStreamName(machine.name, start.startedAtEpochMillis, streamSuffix);
    // One for each: thousands that listen to one signal would look like a leak.
    const stopping = new AbortController();
    if (closing.signal.aborted) stopping.abort(closing.signal.reason);
    const outcome = execute(machines.compiled(machine), {
      id: start.executionArn,
      name: start.name,
      roleArn: machine.roleArn,
      stateMachine: { id: machine.arn, name: machine.name },
      input: JSON.parse(start.input) as unknown,
      timers,
      runTask,
      record: executionLogger(machine.logging, { arn: start.executionArn, stream }, writeLog),
      signal: stopping.signal,
      maximumMillis: expressMaximumMillis,
      ...(random !== undefined && { random }),
      ...(pause !== undefined && {
        pause: (stateName, when) => pause(stateName, when, start.name),
      }),
    });
    running.set(outcome, stopping);
    const forget = (): void => {
      running.delete(outcome);
    };
    outcome.then(forget, forget);
    return outcome;
  };

  const settle = async (machine: StoredStateMachine, start: Start): Promise<void> => {
    try {
      await run(machine, start);
    } finally {
      if (!closing.signal.aborted) await pending.delete(start.executionArn);
    }
  };

  return {
    admit: async (machine, name = randomUUID(), input) => {
      requireName(name);
      if (Buffer.byteLength(input) > maximumPayloadBytes) {
        throw new AwsError('InvalidExecutionInput', 'The input exceeds 262144 bytes.');
      }
      try {
        JSON.parse(input);
      } catch {
        throw new AwsError('InvalidExecutionInput', 'The input is not JSON.');
      }
      await requireDataKey(machine, name);
      const executionArn = `${machine.arn.replace(':stateMachine:', ':express:')}:${name}:${randomUUID()}`;
      return {
        stateMachineArn: machine.arn,
        executionArn,
        name,
        input,
        startedAtEpochMillis: timers.nowEpochMillis(),
      };
    },
    run,
    runInBackground: async (machine, start) => {
      await pending.put(start.executionArn, start);
      // Nobody waits for it; what it met is in its log.
      settle(machine, start).catch(() => undefined);
    },
    resume: () => {
      for (const [executionArn, start] of [...pending.entries()]) {
        const machine = machines.find(start.stateMachineArn);
        if (machine === undefined) void pending.delete(executionArn);
        else settle(machine, start).catch(() => undefined);
      }
    },
    close: async () => {
      closing.abort();
      for (const stopping of running.values()) stopping.abort(closing.signal.reason);
      await Promise.allSettled(running.keys());
    },
  };
};
