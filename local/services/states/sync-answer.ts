/** The answer of StartSyncExecution, which is a success of the call however the execution ended. */
import type { Outcome } from '../../asl/execution.ts';
import { AwsError } from '../../aws.ts';
import type { Start } from './executions.ts';

const maximumErrorCharacters = 256;
const maximumCauseCharacters = 32_768;

const resultOf = (outcome: Outcome): Record<string, unknown> => {
  switch (outcome.status) {
    case 'SUCCEEDED':
      return { output: outcome.output, outputDetails: { included: true } };
    case 'FAILED':
    case 'TIMED_OUT':
      return {
        error: outcome.error.slice(0, maximumErrorCharacters),
        cause: outcome.cause.slice(0, maximumCauseCharacters),
      };
    case 'ABORTED':
      throw new AwsError('InternalFailure', 'The service is stopping.', { statusCode: 500 });
  }
};

export const syncAnswer = (
  start: Start,
  outcome: Outcome,
  call: {
    readonly stoppedAtEpochMillis: number;
    /** False for METADATA_ONLY. */
    readonly isDataIncluded: boolean;
    readonly traceHeader: string | undefined;
  },
): Record<string, unknown> => {
  const millis = call.stoppedAtEpochMillis - start.startedAtEpochMillis;
  const result = resultOf(outcome);
  const data = { input: start.input, inputDetails: { included: true }, ...result };
  const metadata = {
    inputDetails: { included: false },
    ...('output' in result ? { outputDetails: { included: false } } : result),
  };
  return {
    executionArn: start.executionArn,
    stateMachineArn: start.stateMachineArn,
    name: start.name,
    startDate: start.startedAtEpochMillis / 1_000,
    stopDate: call.stoppedAtEpochMillis / 1_000,
    status: outcome.status,
    ...(call.isDataIncluded ? data : metadata),
    ...(call.traceHeader !== undefined && { traceHeader: call.traceHeader }),
    billingDetails: {
      billedMemoryUsedInMB: 64,
      billedDurationInMilliseconds: Math.max(100, Math.ceil(millis / 100) * 100),
    },
  };
};
