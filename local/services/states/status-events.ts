/** What EventBridge is told of a standard execution: its start, and its end. */
import type { StoredExecution } from './stored-execution.ts';

/** Input and output together; above this neither is told. */
const mostBytes = 248 * 1024;

export interface StatusEvent {
  readonly source: 'aws.states';
  readonly detailType: 'Step Functions Execution Status Change';
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** @param isEncrypted with a key of the customer's: then no data is told */
export const statusEvent = (execution: StoredExecution, isEncrypted: boolean): StatusEvent => {
  const { executionArn, stateMachineArn, name, status, input, output, error, cause } = execution;
  const size = Buffer.byteLength(input) + Buffer.byteLength(output ?? '');
  const isIncluded = !isEncrypted && size <= mostBytes;
  return {
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [executionArn],
    detail: {
      executionArn,
      stateMachineArn,
      name,
      status,
      startDate: execution.startedAtEpochMillis,
      stopDate: execution.stoppedAtEpochMillis,
      input: isIncluded ? input : null,
      output: isIncluded ? output : null,
      inputDetails: { included: isIncluded },
      outputDetails: output === null ? null : { included: isIncluded },
      error: isEncrypted ? null : error,
      cause: isEncrypted ? null : cause,
    },
  };
};
