import { AwsError, type AwsCall } from '../../../local/aws.ts';
import type { TaskRequest } from '../../../local/asl/execution.ts';
import { runLambdaTask, type InvokeFunction } from '../../../local/services/states/lambda-task.ts';
import { runSdkTask } from '../../../local/services/states/sdk-task.ts';
import { taskResource } from '../../../local/services/states/task-resources.ts';
import { twinContext } from '../twin/call-context.ts';
import type { Gate } from './gate.ts';

/** What a machine's functions do, by the `task` of their event. */
export type Tasks = Readonly<Record<string, (event: never) => unknown>>;

type Answer = Awaited<ReturnType<InvokeFunction>>;

const down = () => new AwsError('ServiceException', 'Internal error', { statusCode: 500 });
const busy = () => new AwsError('TooManyRequestsException', 'Rate exceeded', { statusCode: 429 });

/** Events and answers cross as JSON, as they do between Step Functions and Lambda. */
const invoke = async (tasks: Tasks, payload: unknown): Promise<Answer> => {
  const event = JSON.parse(JSON.stringify(payload)) as { readonly task: string };
  try {
    const answer = (await tasks[event.task]?.(event as never)) ?? null;
    return { payload: JSON.parse(JSON.stringify(answer)) as unknown };
  } catch (error) {
    const { name, message } = error as Error;
    return { functionError: { errorType: name, errorMessage: message } };
  }
};

/** Runs the Tasks of a machine in this process. @param gate what the invocations pass */
export const taskRunner =
  (tasks: Tasks, callOfState: (state: string) => AwsCall, gate: Gate) =>
  async (request: TaskRequest): Promise<unknown> => {
    const { Name: state } = request.context.State;
    const parameters = request.arguments as Record<string, unknown>;
    const task = taskResource(request.resource);
    if (task?.kind === 'sdk') return runSdkTask(task, parameters, callOfState(state), twinContext);
    return runLambdaTask(
      parameters,
      (_, payload) =>
        gate.pass<Answer>(`${state} invoke`, () => invoke(tasks, payload), {
          fails: down,
          throttles: busy,
          garbage: () => ({ payload: {} }),
          timeoutMillis: null,
        }),
      { principal: twinContext.principal, signal: request.signal },
    );
  };
