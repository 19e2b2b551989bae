/** What a ledger record may hold: JSON without fractions, so that there is one way to write a number. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * The one text of a value: members sorted by name, no white space. Equal values have equal texts, so that a hash over
 * the text is one over the value.
 * @see RFC 8785, of which this is the part without fractions
 * @throws TypeError for a number that is no safe integer
 */
export const canonicalJson = (value: Json): string => {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new TypeError('a ledger record holds safe integers only');
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
};

const isList = (value: object): value is readonly Json[] => Array.isArray(value);
