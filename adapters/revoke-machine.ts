import { StartExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';

import type { RevokeMachine } from '../core/revocations/ports.ts';
import { awsErrorName, awsFailure } from './aws-failures.ts';

/** The state machine revoke. */
export const stepFunctionsRevokeMachine = (options: {
  readonly client: SFNClient;
  readonly stateMachineArn: string;
}): RevokeMachine => ({
  start: async (input, name) => {
    try {
      await options.client.send(
        new StartExecutionCommand({
          stateMachineArn: options.stateMachineArn,
          name,
          input: JSON.stringify(input),
        }),
      );
    } catch (error) {
      // One of this name has run already, to whatever end.
      if (awsErrorName(error) !== 'ExecutionAlreadyExists') throw awsFailure(error);
    }
  },
});
