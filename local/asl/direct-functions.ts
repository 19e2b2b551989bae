/** JSONata's functions as far as their results are beyond doubt. */
import { undecided } from './direct-operators.ts';
import type { Variables } from './variables.ts';

/** What an expression sees. */
export interface Scope {
  readonly states: unknown;
  readonly variables: Variables;
  readonly nowEpochMillis: number;
}

interface DirectFunction {
  readonly arity: number;
  readonly give: (value: unknown, scope: Scope) => unknown;
}

/** Above, JSONata rounds what it writes to 15 digits. */
const isExact = (value: unknown): value is number =>
  Number.isInteger(value) && Math.abs(value as number) < 1e15;

const integer = /^(?:0|-?[1-9]\d{0,14})$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const one = (give: DirectFunction['give']): DirectFunction => ({ arity: 1, give });

/** @see https://docs.jsonata.org/overview.html */
export const directFunctions: ReadonlyMap<string, DirectFunction> = new Map([
  ['exists', one((value) => value !== undefined)],
  ['not', one((value) => (typeof value === 'boolean' ? !value : undecided))],
  [
    'string',
    one((value) => {
      if (typeof value === 'string') return value;
      return isExact(value) || typeof value === 'boolean' ? String(value) : undecided;
    }),
  ],
  [
    'number',
    one((value) => {
      if (typeof value === 'number') return value;
      return typeof value === 'string' && integer.test(value) ? Number(value) : undecided;
    }),
  ],
  ['floor', one((value) => (typeof value === 'number' ? Math.floor(value) : undecided))],
  [
    'toMillis',
    one((value) => {
      const millis =
        typeof value === 'string' && instant.test(value) ? Date.parse(value) : Number.NaN;
      return Number.isNaN(millis) ? undecided : millis;
    }),
  ],
  ['millis', { arity: 0, give: (_, { nowEpochMillis }) => nowEpochMillis }],
]);
