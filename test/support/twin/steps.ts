import type { Twin } from '../../../local/twin.ts';

interface HistoryEvent {
  readonly type: string;
  readonly execution_arn: string;
  readonly details?: { readonly name?: string; readonly error?: string };
}

/** Every event that the state machine logged, in order. */
export const historyOf = async (twin: Twin): Promise<readonly HistoryEvent[]> => {
  const log = await twin.readLog('/aws/vendedlogs/states/stepkey-issue-credentials');
  return log.map(({ message }) => JSON.parse(message) as HistoryEvent);
};

/** The names of the states that one execution entered; by default the last execution's. */
export const stepsOf = async (twin: Twin, executionArn?: string): Promise<readonly string[]> => {
  const history = await historyOf(twin);
  const wanted = executionArn ?? history.at(-1)?.execution_arn;
  return history
    .filter((event) => event.execution_arn === wanted && event.type.endsWith('StateEntered'))
    .map((event) => event.details?.name ?? '');
};

/** The error that the last execution ended with; undefined when it succeeded. */
export const failureOf = async (twin: Twin): Promise<string | undefined> =>
  (await historyOf(twin)).findLast(({ type }) => type === 'ExecutionFailed')?.details?.error;
