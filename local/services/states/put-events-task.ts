/** `arn:aws:states:::events:putEvents` */
import { AslError } from '../../asl/errors.ts';
import type { TaskRequest } from '../../asl/execution.ts';
import type { AwsCall, CallContext } from '../../aws.ts';
import { asTaskError } from './sdk-task.ts';
import type { SdkIntegration } from './task-resources.ts';

const eventBridge: SdkIntegration = {
  service: 'events',
  prefix: 'EventBridge',
  unmodelled: 'EventBridge.AmazonEventBridgeException',
  hasCamelCaseMembers: false,
};

/** A detail may be written as an object; every entry names the execution and its machine. */
const entryOf = (entry: unknown, { Execution, StateMachine }: TaskRequest['context']): unknown => {
  if (typeof entry !== 'object' || entry === null) return entry;
  const { Detail: detail, Resources: resources = [], ...rest } = entry as Record<string, unknown>;
  return {
    ...rest,
    ...(detail !== undefined && {
      Detail: typeof detail === 'string' ? detail : JSON.stringify(detail),
    }),
    Resources: [...(resources as unknown[]), Execution.Id, StateMachine.Id],
  };
};

/** @throws AslError EventBridge.FailedEntry when any entry failed, with EventBridge's answer as the cause */
export const runPutEvents = async (
  parameters: Readonly<Record<string, unknown>>,
  call: AwsCall,
  callContext: CallContext,
  context: TaskRequest['context'],
): Promise<unknown> => {
  const { Entries: entries } = parameters;
  if (!Array.isArray(entries)) {
    throw new AslError('States.Runtime', "The argument 'Entries' must be an array.");
  }
  const input = { ...parameters, Entries: entries.map((entry) => entryOf(entry, context)) };
  let answer: Record<string, unknown>;
  try {
    answer = await call(eventBridge.service, 'PutEvents', input, callContext);
  } catch (error) {
    throw asTaskError(error, eventBridge, callContext.requestId);
  }
  if (Number(answer['FailedEntryCount'] ?? 0) === 0) return answer;
  throw new AslError('EventBridge.FailedEntry', JSON.stringify(answer));
};
