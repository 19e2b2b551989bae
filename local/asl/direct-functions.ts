/** JSONata's functions as far as their results are beyond doubt. */
import { isObject, memberOf, undecided } from './direct-node.ts';
import type { Scope } from './direct-node.ts';

/** Takes JSON, undefined for nothing; never `undecided`. */
type DirectFunction = (taken: readonly unknown[], scope: Scope) => unknown;

/** Above, JSONata rounds what it writes to 15 digits. */
const isExact = (value: unknown): value is number =>
  Number.isInteger(value) && Math.abs(value as number) < 1e15;

/** What JSONata writes as everybody does: it rounds numbers, and has marks of its own. */
const isExactJson = (value: unknown): boolean => {
  if (typeof value === 'number') return isExact(value);
  if (Array.isArray(value)) return value.every(isExactJson);
  if (typeof value !== 'object' || value === null) return value !== undefined;
  return Object.entries(value).every(
    ([name, member]) => !name.startsWith('_jsonata') && isExactJson(member),
  );
};

const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0;

const integer = /^(?:0|-?[1-9]\d{0,14})$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** What lies above takes two places of a text, and JSONata counts it as one. */
const isOfOnePlaceEach = /^[\0-\ud7ff]*$/;
const lastInstantOfYear9999 = 253_402_300_799_999;

const ofNumbers =
  (choose: (...numbers: number[]) => number): DirectFunction =>
  ([list]) => {
    if (!Array.isArray(list) || !list.every((item) => typeof item === 'number')) return undecided;
    return list.length === 0 ? undefined : choose(...list);
  };

const string: DirectFunction = ([value]) => {
  if (typeof value === 'string') return value;
  return isExactJson(value) ? JSON.stringify(value) : undecided;
};

const number: DirectFunction = ([value]) => {
  if (typeof value === 'number' || value === undefined) return value;
  return typeof value === 'string' && integer.test(value) ? Number(value) : undecided;
};

const substring: DirectFunction = ([text, start, length]) =>
  typeof text === 'string' && isOfOnePlaceEach.test(text) && isCount(start) && isCount(length)
    ? text.slice(start, start + length)
    : undecided;

const toMillis: DirectFunction = ([text]) => {
  const millis = typeof text === 'string' && instant.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(millis) ? undecided : millis;
};

const fromMillis: DirectFunction = ([millis]) =>
  isCount(millis) && millis <= lastInstantOfYear9999 ? new Date(millis).toISOString() : undecided;

const keys: DirectFunction = ([object]) => {
  if (!isObject(object)) return undecided;
  const names = Object.keys(object);
  return names.length > 1 ? names : names[0];
};

const count: DirectFunction = ([list]) => {
  if (Array.isArray(list)) return list.length;
  return list === undefined ? 0 : 1;
};

const append: DirectFunction = ([list, more]) =>
  Array.isArray(list) && more !== undefined
    ? [...(list as readonly unknown[]), ...(Array.isArray(more) ? (more as unknown[]) : [more])]
    : undecided;

const merge: DirectFunction = ([objects]) =>
  Array.isArray(objects) && objects.every(isObject)
    ? Object.assign({}, ...(objects as readonly object[]))
    : undecided;

/** By name and number of arguments. @see https://docs.jsonata.org/overview.html */
export const directFunctions: ReadonlyMap<string, DirectFunction> = new Map([
  ['exists/1', ([value]) => value !== undefined],
  ['not/1', ([value]) => (typeof value === 'boolean' ? !value : undecided)],
  ['string/1', string],
  ['number/1', number],
  ['floor/1', ([value]) => (typeof value === 'number' ? Math.floor(value) : undecided)],
  ['max/1', ofNumbers(Math.max)],
  ['min/1', ofNumbers(Math.min)],
  ['count/1', count],
  ['append/2', append],
  ['keys/1', keys],
  ['lookup/2', ([object, name]) => (typeof name === 'string' ? memberOf(object, name) : undecided)],
  ['merge/1', merge],
  ['substring/3', substring],
  ['toMillis/1', toMillis],
  ['fromMillis/1', fromMillis],
  ['millis/0', (_, { nowEpochMillis }) => nowEpochMillis],
]);

/** Those that take the item before the dot where they are given nothing. */
export const contextFunctions: ReadonlyMap<string, DirectFunction> = new Map([['number', number]]);
