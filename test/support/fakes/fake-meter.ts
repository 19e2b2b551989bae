import { measurementOf, type Measurement } from '../../../core/metrics/measurement.ts';
import type { Meter } from '../../../core/ports.ts';

/** Keeps what would be emitted, in order; what the list refuses is not among it. */
export const fakeMeter = (): Meter & { readonly measured: readonly Measurement[] } => {
  const measured: Measurement[] = [];
  return {
    measured,
    measure: (name, value, dimensions) => {
      const measurement = measurementOf(name, value, dimensions);
      if (measurement !== null) measured.push(measurement);
    },
  };
};
