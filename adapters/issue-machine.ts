import {
  StartExecutionCommand,
  StartSyncExecutionCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import * as z from '../core/zod.ts';
import type { IssueOutcome } from '../core/contracts/issue.ts';
import { errorCatalogue, isErrorName, StepkeyError, type ErrorName } from '../core/errors.ts';
import type { IssueMachine } from '../core/ports.ts';
import { awsFailure } from './aws-failures.ts';

const outcomeSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('issued'),
    source: z.enum(['minted', 'cache']),
    sessionId: z.string().check(z.minLength(1)),
    issuanceId: z.string().check(z.minLength(1)),
    sealedSession: z.string().check(z.minLength(1)),
  }),
  z.object({ outcome: z.literal('in-progress') }),
  z.object({
    outcome: z.literal('identity'),
    identityId: z.string().check(z.minLength(1)),
    linked: z.boolean(),
  }),
]);

/** What AWS names when a service under the machine failed, time ran out, or a function’s process died. */
const transient = /^(?:States\.Timeout$|Lambda\.|DynamoDb\.|Runtime\.ExitError$|Sandbox\.)/;

const nameOfExecutionError = (error: string): ErrorName => {
  if (isErrorName(error)) return error;
  return transient.test(error) ? 'Upstream.Unavailable' : 'Config.Invalid';
};

/** The cause of the execution is left out: it may hold a function's stack. */
const executionFailure = (error: string, executionArn = ''): StepkeyError =>
  new StepkeyError(nameOfExecutionError(error), {
    // The machine records a refusal before it ends in one.
    isRecorded: isErrorName(error) && errorCatalogue[error].denial,
    cause: new Error(`${executionArn} ended with ${error}`),
  });

const readOutcome = (
  output: string | undefined,
  executionArn: string | undefined,
): IssueOutcome => {
  try {
    return outcomeSchema.parse(JSON.parse(output ?? ''));
  } catch {
    // The parser's complaint may quote the output.
    throw executionFailure('an unknown outcome', executionArn);
  }
};

/**
 * The state machine issue-credentials.
 * @param client with one attempt and a request timeout above the machine's own: `clientSettings('states', …)`
 */
export const stepFunctionsIssueMachine = (options: {
  readonly client: SFNClient;
  readonly stateMachineArn: string;
}): IssueMachine => {
  const request = (input: unknown, name: string) => ({
    stateMachineArn: options.stateMachineArn,
    name,
    input: JSON.stringify(input),
  });
  return {
    run: async (input, name) => {
      const execution = await options.client
        .send(new StartSyncExecutionCommand(request(input, name)))
        .catch((error: unknown) => {
          throw awsFailure(error);
        });
      if (execution.status === 'SUCCEEDED') {
        return readOutcome(execution.output, execution.executionArn);
      }
      // The call answers 200 for an execution that failed.
      const error = execution.status === 'TIMED_OUT' ? 'States.Timeout' : (execution.error ?? '');
      throw executionFailure(error, execution.executionArn);
    },
    start: async (input, name) => {
      await options.client
        .send(new StartExecutionCommand(request(input, name)))
        .catch((error: unknown) => {
          throw awsFailure(error);
        });
    },
  };
};
