import { metricList, type DimensionsOf, type EmittedMetric } from './metric-list.ts';

export interface Measurement {
  readonly name: EmittedMetric;
  readonly unit: (typeof metricList)[EmittedMetric]['unit'];
  /** 0 or more. */
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}

/**
 * What may be emitted. A value that the list does not have is not passed on under any name, whatever the types were told.
 * @returns null for a metric, dimension, value or number that is not of the list
 * @see docs/controls.md SEC-51
 */
export const measurementOf = <Name extends EmittedMetric>(
  name: Name,
  value: number,
  dimensions: DimensionsOf<Name>,
): Measurement | null => {
  // control SEC-51
  if (!Object.hasOwn(metricList, name) || !Number.isFinite(value) || value < 0) return null;
  const { unit, from }: { unit: Measurement['unit']; from: string } = metricList[name];
  const allowed: Readonly<Record<string, readonly string[]>> = metricList[name].dimensions;
  const given: Readonly<Record<string, string>> = dimensions;
  const names = Object.keys(allowed);
  const isListed =
    from === 'function' &&
    Object.keys(given).length === names.length &&
    names.every(
      (dimension) =>
        Object.hasOwn(given, dimension) && allowed[dimension]?.includes(given[dimension] ?? ''),
    );
  return isListed ? { name, unit, value, dimensions: { ...given } } : null;
};
