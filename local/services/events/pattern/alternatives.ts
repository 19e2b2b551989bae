/** Reads a pattern into alternatives: `$or` multiplied out, each a field path with the tests of its value. */
import type { JsonNode, JsonObject } from './json-nodes.ts';
import { PatternFault } from './pattern-fault.ts';
import { valueTest } from './value-tests.ts';
import type { ValueTest } from './value-tests.ts';

/** All fields must match, each by one of its tests. Paths are names joined by dots, as in AWS's rules engine. */
export type Alternative = ReadonlyMap<string, readonly ValueTest[]>;

const mostAlternatives = 1_000;

/** Names that may not be fields inside `$or`. */
const reserved: ReadonlySet<string> = new Set([
  ...['exactly', 'equals-ignore-case', 'prefix', 'suffix', 'anything-but', 'exists', 'wildcard'],
  ...['numeric', 'cidr', '=', '<', '<=', '>', '>=', 'regex'],
  ...['not-wildcard', 'not-equals-ignore-case'],
  ...['date-after', 'date-on-or-after', 'date-before', 'date-on-or-before', 'in-date-range'],
  ...['ip-address-in-range', 'ip-address-not-in-range'],
]);

const testsOf = (node: JsonNode & { readonly kind: 'array' }): readonly ValueTest[] => {
  const tests = node.items.map(valueTest);
  if (tests.length === 0) throw new PatternFault('Empty arrays are not allowed', node.endsAt);
  return tests;
};

const readOr = (
  node: JsonNode,
  path: readonly string[],
  before: readonly Alternative[],
): readonly Alternative[] => {
  if (node.kind !== 'array')
    throw new PatternFault('It must be an Array followed with $or.', node.seenAt);
  const all: Alternative[] = [];
  for (const item of node.items) {
    if (item.kind !== 'object')
      throw new PatternFault(
        'Only JSON object is allowed in array of $or relationship.',
        item.seenAt,
      );
    all.push(...readObject(item, path, before, true));
    if (all.length > mostAlternatives)
      throw new PatternFault(
        `There must be at most ${String(mostAlternatives)} combinations in $or relationship.`,
        item.endsAt,
      );
  }
  if (node.items.length < 2)
    throw new PatternFault('There must have at least 2 Objects in $or relationship.', node.endsAt);
  return all;
};

const readObject = (
  object: JsonObject,
  path: readonly string[],
  before: readonly Alternative[],
  insideOr: boolean,
): readonly Alternative[] => {
  if (object.members.length === 0)
    throw new PatternFault('Empty objects are not allowed', object.endsAt);
  let alternatives = before;
  for (const { name, value } of object.members) {
    if (name === '$or') {
      alternatives = readOr(value, path, alternatives);
      continue;
    }
    if (insideOr && reserved.has(name))
      throw new PatternFault(
        `${name} is Ruler reserved fieldName which cannot be used inside $or.`,
        value.seenAt,
      );
    if (value.kind === 'object') {
      alternatives = readObject(value, [...path, name], alternatives, insideOr);
    } else if (value.kind === 'array') {
      const tests = testsOf(value);
      const field = [...path, name].join('.');
      alternatives = alternatives.map((alternative) => new Map(alternative).set(field, tests));
    } else {
      throw new PatternFault(`"${name}" must be an object or an array`, value.seenAt);
    }
  }
  return alternatives;
};

/** @throws PatternFault */
export const alternativesOf = (pattern: JsonNode): readonly Alternative[] => {
  if (pattern.kind !== 'object') throw new PatternFault('Filter is not an object', pattern.seenAt);
  return readObject(pattern, [], [new Map()], false);
};
