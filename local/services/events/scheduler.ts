/** Runs the schedules of enabled rules while the twin runs. A missed time is not made up for, as on AWS. */
import type { Timers } from '../../asl/timers.ts';
import type { StoredRule } from './model.ts';
import { scheduleOf } from './schedule.ts';

export interface Scheduler {
  /** Takes up what a rule has become; null where it is gone. */
  readonly set: (key: string, rule: StoredRule | null) => void;
  readonly close: () => void;
}

/** Timers cannot wait longer. */
const longestWaitMillis = 2 ** 31 - 1;

export const createScheduler = (
  timers: Timers,
  run: (rule: StoredRule, atEpochMillis: number) => void,
): Scheduler => {
  const armed = new Map<string, () => void>();

  const disarm = (key: string): void => {
    armed.get(key)?.();
    armed.delete(key);
  };
  const arm = (key: string, rule: StoredRule, dueEpochMillis: number): void => {
    const wait = Math.max(0, dueEpochMillis - timers.nowEpochMillis());
    const cancel = timers.schedule(Math.min(wait, longestWaitMillis), () => {
      if (timers.nowEpochMillis() < dueEpochMillis) {
        arm(key, rule, dueEpochMillis);
        return;
      }
      armNext(key, rule, dueEpochMillis);
      run(rule, dueEpochMillis);
    });
    armed.set(key, cancel);
  };
  const armNext = (key: string, rule: StoredRule, afterEpochMillis: number): void => {
    armed.delete(key);
    const schedule = scheduleOf(rule.scheduleExpression ?? '');
    const from = Math.max(afterEpochMillis, timers.nowEpochMillis() - 60_000);
    const due = schedule?.nextAfter(from) ?? null;
    if (due !== null) arm(key, rule, due);
  };

  return {
    set: (key, rule) => {
      disarm(key);
      if (rule !== null && rule.state !== 'DISABLED' && rule.scheduleExpression !== null)
        armNext(key, rule, timers.nowEpochMillis());
    },
    close: () => {
      for (const key of [...armed.keys()]) disarm(key);
    },
  };
};
