/** Runs a machine's tasks with its role's rights, as they are at the time of each call. */
import { randomUUID } from 'node:crypto';
import { AslError } from '../../asl/errors.ts';
import type { TaskRequest } from '../../asl/execution.ts';
import { AwsError } from '../../aws.ts';
import type { AwsCall, CallContext, Principal } from '../../aws.ts';
import { runLambdaTask } from './lambda-task.ts';
import type { InvokeFunction } from './lambda-task.ts';
import { runPutEvents } from './put-events-task.ts';
import { runSdkTask } from './sdk-task.ts';
import { taskResource } from './task-resources.ts';

export interface TaskDependencies {
  readonly call: AwsCall;
  readonly invokeFunction: InvokeFunction;
  /** @throws AwsError when Step Functions may not assume the role */
  readonly principalOfRole: (
    roleArn: string,
    sessionName: string,
    stateMachineArn: string,
  ) => Promise<Principal>;
}

/** The context of a call that a state machine makes. */
export const taskCallContext = (principal: Principal): CallContext => ({
  principal,
  requestId: randomUUID(),
  sourceIp: 'states.amazonaws.com',
});

/** An execution's name, as far as a role session can have it. */
export const sessionNameOf = (executionName: string): string =>
  executionName.replace(/[^\w+=,.@-]/g, '-').slice(0, 64);

/** The machine's role, as a session of the execution. @throws AslError States.Permissions */
export const principalOfMachine = async (
  { principalOfRole }: Pick<TaskDependencies, 'principalOfRole'>,
  { Execution, StateMachine }: TaskRequest['context'],
): Promise<Principal> => {
  const sessionName = sessionNameOf(Execution.Name);
  try {
    return await principalOfRole(Execution.RoleArn, sessionName, StateMachine.Id);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AslError('States.Permissions', "Step Functions cannot assume the machine's role.");
  }
};

const isParameters = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const createTaskRunner =
  (dependencies: TaskDependencies) =>
  async ({ resource, arguments: parameters, context, signal }: TaskRequest): Promise<unknown> => {
    const task = taskResource(resource);
    if (task === undefined) throw new TypeError(`No integration for ${resource}`);
    if (!isParameters(parameters)) {
      throw new AslError('States.Runtime', "The task's arguments must be an object.");
    }
    const principal = await principalOfMachine(dependencies, context);
    const callContext = taskCallContext(principal);
    switch (task.kind) {
      case 'lambda':
        return runLambdaTask(parameters, dependencies.invokeFunction, { principal, signal });
      case 'events':
        return runPutEvents(parameters, dependencies.call, callContext, context);
      case 'sdk':
        return runSdkTask(task, parameters, dependencies.call, callContext);
    }
  };
