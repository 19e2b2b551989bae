import type { IssueInput } from '../../core/contracts/issue.ts';
import type { Clock, IssueMachine } from '../../core/ports.ts';

/** Lambda does not say when it takes a process away that nobody uses; sooner than this, it seldom does. */
const idleAfterMillis = 5 * 60_000;

/**
 * Tells the machine with each execution whether this process has started another within five minutes: if not, the other
 * functions are likely to have no process either. Executions that only register need no `exchange`, and do not count.
 */
export const warmingAfterIdle = (machine: IssueMachine, clock: Clock): IssueMachine => {
  let lastStartEpochMillis = -Infinity;
  const told = (input: IssueInput): IssueInput => {
    if (input.kind === 'identity') return input;
    const now = clock.nowEpochMillis();
    const sinceMillis = now - lastStartEpochMillis;
    lastStartEpochMillis = now;
    return { ...input, isAfterIdle: sinceMillis < 0 || sinceMillis >= idleAfterMillis };
  };
  return {
    run: (input, name) => machine.run(told(input), name),
    start: (input, name) => machine.start(told(input), name),
  };
};
