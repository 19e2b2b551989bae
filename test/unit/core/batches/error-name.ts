import { StepkeyError } from '../../../../core/errors.ts';

/** The name that a call refuses with; null when it does not. */
export const errorNameOf = (call: () => unknown): string | null => {
  try {
    call();
    return null;
  } catch (error) {
    if (error instanceof StepkeyError) return error.name;
    throw error;
  }
};
