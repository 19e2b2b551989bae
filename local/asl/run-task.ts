/** One attempt of a Task. */
import type { TaskState } from './definition.ts';
import { AslError } from './errors.ts';
import { payloadText } from './limits.ts';
import { contextOf, evaluate, expectType, isCount } from './visit.ts';
import type { Visit } from './visit.ts';

/** `arn:aws:states:::aws-sdk:dynamodb:getItem` → the type `aws-sdk:dynamodb` and the resource `getItem`. */
const nameParts = (resource: string): { resourceType: string; resource: string } => {
  const name = resource.split(':').slice(5).join(':').replace(/^:/, '');
  const end = name.lastIndexOf(':');
  return { resourceType: name.slice(0, end), resource: name.slice(end + 1) };
};

const regionOf = (arn: string): string => arn.split(':')[3] ?? '';

/** The task's result, or States.Timeout when `after` milliseconds pass before. */
const withTimeout = async (
  visit: Visit,
  after: number | null,
  run: (signal: AbortSignal) => Promise<unknown>,
): Promise<unknown> => {
  const { interruption, options } = visit.surroundings;
  if (after === null) return interruption.during(run(interruption.signal));
  const controller = new AbortController();
  let cancel = (): void => undefined;
  const timedOut = new Promise<never>((_, reject) => {
    cancel = options.timers.schedule(after, () => {
      const error = new AslError('States.Timeout', '');
      reject(error);
      controller.abort(error);
    });
  });
  const stop = (): void => {
    controller.abort(interruption.reason());
  };
  interruption.signal.addEventListener('abort', stop, { once: true });
  try {
    return await interruption.during(Promise.race([run(controller.signal), timedOut]));
  } finally {
    cancel();
    interruption.signal.removeEventListener('abort', stop);
  }
};

export const runTaskAttempt = async (visit: Visit, state: TaskState): Promise<unknown> => {
  const { history, options } = visit.surroundings;
  const timeoutSeconds =
    state.timeoutSeconds === null
      ? null
      : expectType(
          await evaluate(visit, state.timeoutSeconds),
          isCount,
          'positive integer',
          'TimeoutSeconds',
        );
  const given = state.arguments === null ? visit.input : await evaluate(visit, state.arguments);
  const parameters = payloadText(
    given,
    `The arguments of the task '${visit.stateName}' were evaluated`,
  );
  const name = nameParts(state.resource);
  history.write('TaskScheduled', {
    ...name,
    region: regionOf(options.stateMachine.id),
    parameters,
    ...(timeoutSeconds === null ? {} : { timeoutInSeconds: timeoutSeconds }),
  });
  history.write('TaskStarted', name);
  try {
    const timeoutMillis = timeoutSeconds === null ? null : timeoutSeconds * 1_000;
    const result = await withTimeout(visit, timeoutMillis, (signal) =>
      options.runTask({
        resource: state.resource,
        arguments: JSON.parse(parameters) as unknown,
        timeoutMillis,
        signal,
        context: contextOf(visit),
      }),
    );
    const what = `The state/task '${visit.stateName}' returned a result`;
    const output = payloadText(result ?? null, what);
    history.write('TaskSucceeded', { ...name, output });
    // The machine's own copy: what the task keeps of its result may change.
    return JSON.parse(output) as unknown;
  } catch (error) {
    if (error instanceof AslError) {
      const type = error.error === 'States.Timeout' ? 'TaskTimedOut' : 'TaskFailed';
      history.write(type, {
        ...name,
        error: error.error,
        ...(error.cause && { cause: error.cause }),
      });
    }
    throw error;
  }
};
