/**
 * DynamoDB's attribute types as the SDK integration spells them: like members of the Java SDK, so `Bool`, not `BOOL`.
 * A definition that uses the API's spelling writes what AWS refuses, and reads what is never there.
 * @see https://github.com/aws/aws-sdk-js/issues/4294, https://github.com/aws/aws-sdk-js-v3/issues/5423
 */
import { AslError } from '../../asl/errors.ts';

const spellings: ReadonlyMap<string, string> = new Map([
  ['BOOL', 'Bool'],
  ['NULL', 'Nul'],
  ['SS', 'Ss'],
  ['NS', 'Ns'],
  ['BS', 'Bs'],
]);
const apiSpellings: ReadonlyMap<string, string> = new Map(
  [...spellings].map(([api, integration]) => [integration, api]),
);

/** An attribute value is an object with one member, its type. */
const mapTypes = (value: unknown, rename: (type: string) => string): unknown => {
  if (Array.isArray(value)) return value.map((item) => mapTypes(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  // Spread and computed, not assigned: a member may be named __proto__.
  const copy: Record<string, unknown> = { ...value };
  const names = Object.keys(copy);
  const [only] = names;
  if (only !== undefined && names.length === 1)
    return { [rename(only)]: mapTypes(copy[only], rename) };
  for (const name of names) copy[name] = mapTypes(copy[name], rename);
  return copy;
};

/** @throws AslError States.Runtime for a type in the API's own spelling, as AWS refuses the field */
export const toApiTypes = (parameters: unknown): unknown =>
  mapTypes(parameters, (type) => {
    if (spellings.has(type)) {
      throw new AslError(
        'States.Runtime',
        `The field "${type}" is not supported by Step Functions; write "${spellings.get(type) ?? ''}".`,
      );
    }
    return apiSpellings.get(type) ?? type;
  });

export const toIntegrationTypes = (output: unknown): unknown =>
  mapTypes(output, (type) => spellings.get(type) ?? type);
