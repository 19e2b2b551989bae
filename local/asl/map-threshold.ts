/** How many items of a Map may fail. */
import type { MapState } from './definition.ts';
import { AslError } from './errors.ts';
import { countOf, evaluate, expectType } from './visit.ts';
import type { Visit } from './visit.ts';

const isPercentage = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 100;

/** The most items that may fail, of which a threshold given twice is the lower; null where none is given. */
export const toleratedFailures = async (
  visit: Visit,
  state: MapState,
): Promise<(itemCount: number) => number | null> => {
  const count = await countOf(visit, state.toleratedFailureCount, 'ToleratedFailureCount');
  const percentage =
    state.toleratedFailurePercentage === null
      ? null
      : expectType(
          await evaluate(visit, state.toleratedFailurePercentage),
          isPercentage,
          'number from 0 to 100',
          'ToleratedFailurePercentage',
        );
  return (itemCount) => {
    if (percentage === null) return count;
    return Math.min(count ?? Infinity, Math.floor((percentage * itemCount) / 100));
  };
};

export const thresholdExceeded = (): AslError =>
  new AslError(
    'States.ExceedToleratedFailureThreshold',
    'The specified tolerated failure threshold was exceeded',
  );
