/** What stands in a pattern's array: plain values and match expressions. */
import { comparableNumber } from './comparable-number.ts';
import { cidrBlock, ipAddress } from './ip-address.ts';
import type { JsonNode, JsonObject, JsonScalar } from './json-nodes.ts';
import { numericRange } from './numeric-range.ts';
import { PatternFault } from './pattern-fault.ts';
import { ignoringCase, wildcardTest } from './text-tests.ts';
import type { TextTest } from './text-tests.ts';

/** A leaf of an event. */
export type LeafValue = Pick<JsonScalar, 'kind' | 'text'>;

/** `absent` where the field must not be there. */
export type ValueTest = ((value: LeafValue) => boolean) | 'absent';

type ReadExpression = (operand: JsonNode) => ValueTest;

const ofStrings =
  (test: TextTest): ((value: LeafValue) => boolean) =>
  ({ kind, text }) =>
    kind === 'string' && test(text);

/** AWS's reasons are thrown without a place by what knows no JSON. */
const placed = <T>(node: JsonNode, make: () => T, placesTold: 0 | 1 = 1): T => {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) throw new PatternFault(error.message, node.endsAt, placesTold);
    throw error;
  }
};

const stringOf = (operand: JsonNode, name: string): string => {
  if (operand.kind !== 'string')
    throw new PatternFault(`${name} match pattern must be a string`, operand.seenAt);
  return operand.text;
};

/** The one member of a match expression. */
const onlyMember = (expression: JsonObject, nameless: string): JsonObject['members'][number] => {
  const [member, other] = expression.members;
  if (member === undefined) throw new PatternFault(nameless, expression.endsAt);
  if (other !== undefined)
    throw new PatternFault('Only one key allowed in match expression', other.value.seenAt);
  return member;
};

/** `{"prefix": "a"}` or `{"prefix": {"equals-ignore-case": "a"}}`. */
const partOf =
  (
    name: 'prefix' | 'suffix',
    place: 'start' | 'end',
    test: (text: string, part: string) => boolean,
  ): ReadExpression =>
  (operand) => {
    if (operand.kind !== 'object') {
      const part = stringOf(operand, name);
      return ofStrings((text) => test(text, part));
    }
    const title = name === 'prefix' ? 'Prefix' : 'Suffix';
    const inner = onlyMember(operand, `${title} expression name not found`);
    if (inner.name !== 'equals-ignore-case')
      throw new PatternFault(`Unsupported ${name} pattern: ${inner.name}`, inner.value.seenAt);
    return ofStrings(ignoringCase(stringOf(inner.value, inner.name), place));
  };

/** Of the operators that anything-but takes: what one of their texts forbids, and AWS's words for anything else. */
const forbidding: Readonly<
  Record<string, { make: (text: string) => TextTest; mustBeText: string; mayBeEmpty: boolean }>
> = {
  prefix: {
    make: (part) => (text) => text.startsWith(part),
    mustBeText: 'prefix/suffix match pattern must be a string',
    mayBeEmpty: false,
  },
  suffix: {
    make: (part) => (text) => text.endsWith(part),
    mustBeText: 'prefix/suffix match pattern must be a string',
    mayBeEmpty: false,
  },
  wildcard: {
    make: wildcardTest,
    mustBeText: 'wildcard match pattern must be a string',
    mayBeEmpty: true,
  },
  'equals-ignore-case': {
    make: (written) => ignoringCase(written, 'whole'),
    mustBeText:
      'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
    mayBeEmpty: true,
  },
};

const notABut = (operand: JsonNode): PatternFault =>
  new PatternFault(
    'Value of anything-but must be an array or single string/number value.',
    operand.seenAt,
  );

const anythingButOperator = (expression: JsonObject): ValueTest => {
  const [member, other] = expression.members;
  if (member === undefined)
    throw new PatternFault('Anything-But expression name not found', expression.endsAt);
  const { name, value } = member;
  const operator = Object.hasOwn(forbidding, name) ? forbidding[name] : undefined;
  if (operator === undefined)
    throw new PatternFault(`Unsupported anything-but pattern: ${name}`, value.seenAt);
  if (value.kind === 'object' || value.kind === 'literal') throw notABut(value);
  const placesTold = value.kind === 'array' ? 2 : 1;
  const tests = (value.kind === 'array' ? value.items : [value]).map((item) => {
    if (item.kind !== 'string')
      throw new PatternFault(operator.mustBeText, item.seenAt, placesTold);
    if (item.text === '' && !operator.mayBeEmpty)
      throw new PatternFault('Null prefix/suffix not allowed', item.endsAt, placesTold);
    return placed(value, () => operator.make(item.text));
  });
  if (other !== undefined)
    throw new PatternFault('Too many elements in numeric expression', other.value.seenAt);
  return ({ kind, text }) => kind !== 'string' || !tests.some((test) => test(text));
};

const anythingBut: ReadExpression = (operand) => {
  if (operand.kind === 'object') return anythingButOperator(operand);
  if (operand.kind === 'literal') throw notABut(operand);
  const items = operand.kind === 'array' ? operand.items : [operand];
  const [first] = items;
  const forbidden = new Set<string | number>();
  for (const item of items) {
    if (item.kind !== 'string' && item.kind !== 'number')
      throw new PatternFault(
        'Inside anything but list, start|null|boolean is not supported.',
        item.seenAt,
        2,
      );
    const value = item.kind === 'string' ? item.text : comparableNumber(item.text);
    if (value === null) throw new PatternFault(`Cannot compare number : ${item.text}`, item.endsAt);
    forbidden.add(value);
  }
  if (first === undefined || items.some(({ kind }) => kind !== first.kind))
    throw new PatternFault(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
      operand.endsAt,
    );
  return ({ kind, text }) => {
    if (kind !== first.kind) return true;
    const value = kind === 'number' ? comparableNumber(text) : text;
    return value === null || !forbidden.has(value);
  };
};

const expressions: Readonly<Record<string, ReadExpression>> = {
  exactly: (operand) => {
    const written = stringOf(operand, 'exact');
    return ofStrings((text) => text === written);
  },
  prefix: partOf('prefix', 'start', (text, part) => text.startsWith(part)),
  suffix: partOf('suffix', 'end', (text, part) => text.endsWith(part)),
  'equals-ignore-case': (operand) =>
    ofStrings(ignoringCase(stringOf(operand, 'equals-ignore-case'), 'whole')),
  wildcard: (operand) => {
    const written = stringOf(operand, 'wildcard');
    return ofStrings(placed(operand, () => wildcardTest(written)));
  },
  'anything-but': anythingBut,
  numeric: (operand) => {
    const test = numericRange(operand);
    return ({ kind, text }) => {
      const value = kind === 'number' ? comparableNumber(text) : null;
      return value !== null && test(value);
    };
  },
  exists: (operand) => {
    if (operand.kind !== 'literal' || operand.text === 'null')
      throw new PatternFault('exists match pattern must be either true or false.', operand.seenAt);
    return operand.text === 'true' ? () => true : 'absent';
  },
  cidr: (operand) => {
    const written = stringOf(operand, 'prefix');
    return ofStrings(placed(operand, () => cidrBlock(written), 0));
  },
};

const matchExpression = (expression: JsonObject): ValueTest => {
  const [first] = expression.members;
  if (first === undefined)
    throw new PatternFault('Match expression name not found', expression.endsAt);
  const read = Object.hasOwn(expressions, first.name) ? expressions[first.name] : undefined;
  if (read === undefined)
    throw new PatternFault(`Unrecognized match type ${first.name}`, first.value.seenAt);
  return read(onlyMember(expression, 'Match expression name not found').value);
};

/** An address matches however it is written; anything else only as it is. */
const exactString = (written: string): ((value: LeafValue) => boolean) => {
  const address = ipAddress(written);
  if (address === null) return ofStrings((text) => text === written);
  return ofStrings((text) => {
    const given = ipAddress(text);
    return given?.bits === address.bits && given.value === address.value;
  });
};

/** @throws PatternFault */
export const valueTest = (node: JsonNode): ValueTest => {
  switch (node.kind) {
    case 'object':
      return matchExpression(node);
    case 'array':
      throw new PatternFault(
        'Match value must be String, number, true, false, or null',
        node.seenAt,
      );
    case 'string':
      return exactString(node.text);
    case 'number': {
      const number = comparableNumber(node.text);
      return ({ kind, text }) =>
        kind === 'number' &&
        (text === node.text || (number !== null && comparableNumber(text) === number));
    }
    case 'literal':
      return ({ kind, text }) => kind === 'literal' && text === node.text;
  }
};
