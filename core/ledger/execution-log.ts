import type { ExecutionEvent } from './steps.ts';

export interface ExecutionLog {
  /**
   * What was logged of an execution, as far as it was delivered.
   * @param aroundEpochSeconds a second in which it ran
   * @returns `cutShort` where there was more than can be read
   * @throws Upstream.*
   */
  readonly read: (
    executionArn: string,
    aroundEpochSeconds: number,
  ) => Promise<{ readonly events: readonly ExecutionEvent[]; readonly cutShort: boolean }>;
}
