import { StepkeyError, type ErrorName } from '../../../core/errors.ts';

/** Lets a fake fail on demand, as the real thing does when its service does. */
export interface FailureSwitch {
  /** Every later call throws this error; null mends it. */
  readonly failWith: (name: ErrorName | null) => void;
}

export const failureSwitch = () => {
  let failure: ErrorName | null = null;
  return {
    failWith: (name: ErrorName | null) => {
      failure = name;
    },
    check: () => {
      if (failure !== null) throw new StepkeyError(failure);
    },
  };
};
