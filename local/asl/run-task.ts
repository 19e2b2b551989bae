/** One attempt of a Task. */
import type { TaskState } from './definition.ts';
import { AslError } from './errors.ts';
import { createLazyAbort } from './lazy-abort.ts';
import type { LazyAbort } from './lazy-abort.ts';
import { payloadText } from './limits.ts';
import { countOf, evaluate } from './visit.ts';
import type { Visit } from './visit.ts';

const regionOf = (arn: string): string => arn.split(':')[3] ?? '';

/** What ends a task that has no result yet. */
interface Deadline {
  readonly afterMillis: number;
  readonly error: 'States.Timeout' | 'States.HeartbeatTimeout';
}

const nothing = (): void => undefined;

/** The task's result, or the deadline's error when that passes before. */
const withDeadline = async (
  visit: Visit,
  deadline: Deadline | null,
  run: (signal: LazyAbort['signal']) => Promise<unknown>,
): Promise<unknown> => {
  const { interruption, options } = visit.surroundings;
  if (deadline === null) return interruption.during(run(interruption.signal));
  const lazy = createLazyAbort();
  const forget = interruption.onInterrupt(lazy.abort);
  let cancel = nothing;
  const result = new Promise((resolve, reject) => {
    cancel = options.timers.schedule(deadline.afterMillis, () => {
      const error = new AslError(deadline.error, '');
      reject(error);
      lazy.abort(error);
    });
    run(lazy.signal).then(resolve, reject);
  });
  try {
    return await interruption.during(result);
  } finally {
    cancel();
    forget();
  }
};

/** What AWS calls the type of both in its refusals. */
const seconds = 'positive integer';

/** No integration here sends heartbeats, so the first one that is due is missing. */
const deadlineOf = (timeoutSeconds: number | null, heartbeatSeconds: number | null) => {
  if (heartbeatSeconds !== null && heartbeatSeconds < (timeoutSeconds ?? Infinity)) {
    return { afterMillis: heartbeatSeconds * 1_000, error: 'States.HeartbeatTimeout' as const };
  }
  if (timeoutSeconds === null) return null;
  return { afterMillis: timeoutSeconds * 1_000, error: 'States.Timeout' as const };
};

const isTimeout = (error: string): boolean =>
  error === 'States.Timeout' || error === 'States.HeartbeatTimeout';

export const runTaskAttempt = async (visit: Visit, state: TaskState): Promise<unknown> => {
  const { history, options } = visit.surroundings;
  const timeoutSeconds = await countOf(visit, state.timeoutSeconds, 'TimeoutSeconds', seconds);
  const heartbeatSeconds = await countOf(
    visit,
    state.heartbeatSeconds,
    'HeartbeatSeconds',
    seconds,
  );
  const given = state.arguments === null ? visit.input : await evaluate(visit, state.arguments);
  const parameters = payloadText(
    given,
    `The arguments of the task '${visit.stateName}' were evaluated`,
  );
  const { integration: name } = state;
  history.write('TaskScheduled', {
    ...name,
    region: regionOf(options.stateMachine.id),
    parameters,
    ...(timeoutSeconds === null ? {} : { timeoutInSeconds: timeoutSeconds }),
    ...(heartbeatSeconds === null ? {} : { heartbeatInSeconds: heartbeatSeconds }),
  });
  history.write('TaskStarted', name);
  try {
    const timeoutMillis = timeoutSeconds === null ? null : timeoutSeconds * 1_000;
    const result = await withDeadline(
      visit,
      deadlineOf(timeoutSeconds, heartbeatSeconds),
      (signal) =>
        options.runTask({
          resource: state.resource,
          arguments: JSON.parse(parameters) as unknown,
          timeoutMillis,
          signal,
          context: visit.context,
        }),
    );
    const what = `The state/task '${visit.stateName}' returned a result`;
    const output = payloadText(result ?? null, what);
    history.write('TaskSucceeded', { ...name, output });
    // The machine's own copy: what the task keeps of its result may change.
    return JSON.parse(output) as unknown;
  } catch (error) {
    if (error instanceof AslError) {
      const type = isTimeout(error.error) ? 'TaskTimedOut' : 'TaskFailed';
      history.write(type, {
        ...name,
        error: error.error,
        ...(error.cause && { cause: error.cause }),
      });
    }
    throw error;
  }
};
