import type { ErrorName } from '../../../core/errors.ts';
import { StepkeyError } from '../../../core/errors.ts';

/** The StepkeyError that the work ends in; fails when it ends otherwise. */
export const failureOf = async (work: Promise<unknown>): Promise<StepkeyError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof StepkeyError) return error;
    throw error;
  }
  throw new TypeError('the work did not fail');
};

export const nameOfFailure = async (work: Promise<unknown>): Promise<ErrorName> =>
  (await failureOf(work)).name;
