import type { IssueInput, IssueOutcome } from '../../../core/contracts/issue.ts';
import type { IssueMachine } from '../../../core/ports.ts';
import { failureSwitch, type FailureSwitch } from './failure-switch.ts';

interface Execution {
  readonly input: IssueInput;
  readonly name: string;
  readonly waited: boolean;
}

export interface FakeIssueMachine extends IssueMachine, FailureSwitch {
  /** Every execution that was started, in order. */
  readonly executions: readonly Execution[];
  /** What executions end in from now on; to refuse, throw. */
  readonly endIn: (
    outcome: (input: IssueInput, name: string) => IssueOutcome | Promise<IssueOutcome>,
  ) => void;
}

/** A machine without states: it ends as it is told, at first in `in-progress`. */
export const fakeIssueMachine = (): FakeIssueMachine => {
  const { failWith, check } = failureSwitch();
  const executions: Execution[] = [];
  let outcomeOf: Parameters<FakeIssueMachine['endIn']>[0] = () => ({ outcome: 'in-progress' });
  return {
    failWith,
    executions,
    endIn: (outcome) => {
      outcomeOf = outcome;
    },
    run: async (input, name) => {
      await Promise.resolve();
      check();
      executions.push({ input, name, waited: true });
      return outcomeOf(input, name);
    },
    start: async (input, name) => {
      await Promise.resolve();
      check();
      executions.push({ input, name, waited: false });
    },
  };
};
