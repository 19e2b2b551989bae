/** JSONata's operators as far as their results are beyond doubt. */

/** Only JSONata knows. */
export const undecided = Symbol('undecided');

/** As `and`, `or` and a condition take it; undefined where only JSONata knows. */
export const truthOf = (value: unknown): boolean | undefined => {
  if (value === undefined) return false;
  return typeof value === 'boolean' ? value : undefined;
};

const isScalar = (value: unknown): boolean =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

const equality = (before: unknown, after: unknown, isWanted: boolean): unknown => {
  if (before === undecided || after === undecided) return undecided;
  // Nothing neither equals anything nor differs from it.
  if (before === undefined || after === undefined) return false;
  return isScalar(before) && isScalar(after) ? (before === after) === isWanted : undecided;
};

const joined = (before: unknown, after: unknown): unknown =>
  typeof before === 'string' && typeof after === 'string' ? before + after : undecided;

type Ordered = number | string;

const compared =
  (holds: (before: Ordered, after: Ordered) => boolean) =>
  (before: unknown, after: unknown): unknown =>
    (typeof before === 'number' && typeof after === 'number') ||
    (typeof before === 'string' && typeof after === 'string')
      ? holds(before, after)
      : undecided;

const counted =
  (count: (before: number, after: number) => number) =>
  (before: unknown, after: unknown): unknown => {
    if (typeof before !== 'number' || typeof after !== 'number') return undecided;
    const result = count(before, after);
    return Number.isFinite(result) ? result : undecided;
  };

/** By their signs. Operands and results: JSON, undefined for nothing, or `undecided`. */
export const operators: Readonly<Record<string, (before: unknown, after: unknown) => unknown>> = {
  '=': (before, after) => equality(before, after, true),
  '!=': (before, after) => equality(before, after, false),
  '&': joined,
  '<': compared((before, after) => before < after),
  '<=': compared((before, after) => before <= after),
  '>': compared((before, after) => before > after),
  '>=': compared((before, after) => before >= after),
  '+': counted((before, after) => before + after),
  '-': counted((before, after) => before - after),
  '*': counted((before, after) => before * after),
  '/': counted((before, after) => before / after),
};
