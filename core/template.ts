/**
 * `{{placeholders}}` in grants: ours, so that IAM's `${…}` stays IAM's.
 * Values are put in as literals: a pattern character in a value would widen what was granted.
 */
const placeholder = /\{\{([^{}]*)\}\}/g;

/** The names of the placeholders in a text, in order of appearance. */
export const placeholdersIn = (text: string): readonly string[] =>
  [...text.matchAll(placeholder)].map((match) => match[1] ?? '');

/** Replaces each placeholder that `valueOf` knows; the others stay. */
export const fillPlaceholders = (
  text: string,
  valueOf: (name: string) => string | undefined,
): string => text.replace(placeholder, (whole: string, name: string) => valueOf(name) ?? whole);

/**
 * Makes a value literal in an IAM policy.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html (special characters)
 */
export const escapeForIam = (value: string): string =>
  value.replace(/[*?$]/g, (character) => `\${${character}}`);

/** Applies `change` to every string of a JSON value, keys left alone. */
export const mapTexts = <T>(value: T, change: (text: string) => string): T => {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => mapTexts(item, change)) as T;
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]: [string, unknown]) => [key, mapTexts(item, change)]),
    ) as T;
  }
  return value;
};
