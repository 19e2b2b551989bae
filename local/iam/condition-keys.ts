/** The request's condition keys, found whatever the case they are spelled in. */
import { keptAnswers } from '../kept-answers.ts';

export type KeyRecord = Readonly<Record<string, string | readonly string[]>>;

/** Later records win, and the last of several spellings of a key in one. */
export type ConditionKeys = readonly KeyRecord[];

const lowerCaseNames = keptAnswers<string>(4096);
const lowerCaseOf = (name: string): string =>
  lowerCaseNames.get(name) ?? lowerCaseNames.keep(name, name.toLowerCase());

const found = (value: string | readonly string[] | undefined): readonly string[] | undefined => {
  if (typeof value === 'string') return [value];
  return value?.length === 0 ? undefined : value;
};

/**
 * Undefined where the key is absent; an empty list counts as absent, as IAM has no empty value set. Looks through
 * the records instead of joining them: most calls are asked for one key or none.
 */
export const valuesOf = (
  keys: ConditionKeys,
  lowerCaseKey: string,
): readonly string[] | undefined => {
  for (let at = keys.length - 1; at >= 0; at -= 1) {
    const record = keys[at] ?? {};
    const name = Object.keys(record).findLast((one) => lowerCaseOf(one) === lowerCaseKey);
    if (name !== undefined) return found(record[name]);
  }
  return undefined;
};
