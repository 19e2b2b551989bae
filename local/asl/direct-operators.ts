/** JSONata's operators as far as their results are beyond doubt. */
import { isObject, undecided } from './direct-node.ts';

/** As `and`, `or` and a condition take it; undefined where only JSONata knows. */
export const truthOf = (value: unknown): boolean | undefined => {
  if (value === undefined) return false;
  return typeof value === 'boolean' ? value : undefined;
};

const isScalar = (value: unknown): boolean =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

/** An object of scalars. */
const isFlat = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isObject(value) && Object.values(value).every(isScalar);

const haveEqualMembers = (
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): boolean =>
  Object.keys(before).length === Object.keys(after).length &&
  Object.entries(before).every(([name, of]) => after[name] === of);

const equality = (before: unknown, after: unknown, isWanted: boolean): unknown => {
  if (before === undecided || after === undecided) return undecided;
  // Nothing neither equals anything nor differs from it.
  if (before === undefined || after === undefined) return false;
  if (isScalar(before) && isScalar(after)) return (before === after) === isWanted;
  if (isFlat(before) && isFlat(after)) return haveEqualMembers(before, after) === isWanted;
  return undecided;
};

const joined = (before: unknown, after: unknown): unknown =>
  typeof before === 'string' && typeof after === 'string' ? before + after : undecided;

type Ordered = number | string;

const isOrdered = (value: unknown): value is Ordered =>
  typeof value === 'number' || typeof value === 'string';

const compared =
  (holds: (before: Ordered, after: Ordered) => boolean) =>
  (before: unknown, after: unknown): unknown => {
    // Beside nothing, only what has an order is no mistake.
    if (before === undefined && isOrdered(after)) return undefined;
    if (after === undefined && isOrdered(before)) return undefined;
    if (!isOrdered(before) || !isOrdered(after) || typeof before !== typeof after) return undecided;
    return holds(before, after);
  };

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
