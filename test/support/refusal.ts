import { StepkeyError } from '../../core/errors.ts';

/** The StepkeyError that the work throws; fails when it ends otherwise. */
export const refusalOf = (work: () => unknown): StepkeyError => {
  try {
    work();
  } catch (error) {
    if (error instanceof StepkeyError) return error;
    throw error;
  }
  throw new TypeError('the work did not refuse');
};
