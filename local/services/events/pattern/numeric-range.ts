/** `{"numeric": [">", 0, "<=", 5]}` */
import { comparableNumber } from './comparable-number.ts';
import type { JsonNode } from './json-nodes.ts';
import { PatternFault } from './pattern-fault.ts';

type NumberTest = (value: number) => boolean;

const operators: ReadonlyMap<string, (bound: number) => NumberTest> = new Map([
  ['=', (bound) => (value) => value === bound],
  ['<', (bound) => (value) => value < bound],
  ['<=', (bound) => (value) => value <= bound],
  ['>', (bound) => (value) => value > bound],
  ['>=', (bound) => (value) => value >= bound],
]);

const written = (node: JsonNode | undefined): string =>
  node === undefined ? ']' : 'text' in node ? node.text : node.kind === 'array' ? '[' : '{';

/** @throws PatternFault */
export const numericRange = (range: JsonNode): NumberTest => {
  if (range.kind !== 'array')
    throw new PatternFault('Value of numeric must be an array.', range.seenAt);
  const [first, bound, second, otherBound] = range.items;
  const fault = (reason: string, node: JsonNode | undefined): PatternFault =>
    new PatternFault(reason, node?.seenAt ?? range.endsAt);
  /** Of what the reader has read to its end before it refuses. */
  const faultBehind = (reason: string, node: JsonNode | undefined): PatternFault =>
    new PatternFault(reason, node?.endsAt ?? range.endsAt);
  const boundOf = (operator: string, node: JsonNode | undefined): number => {
    if (node?.kind !== 'number')
      throw fault(`Value of ${operator === '=' ? 'equals' : operator} must be numeric`, node);
    const value = comparableNumber(node.text);
    if (value === null) throw fault(`Cannot compare number : ${node.text}`, node);
    return value;
  };

  if (first?.kind !== 'string')
    throw faultBehind(`Invalid member in numeric match: ${written(first)}`, first);
  const test = operators.get(first.text);
  if (test === undefined)
    throw faultBehind(`Unrecognized numeric range operator: ${first.text}`, first);
  const low = boundOf(first.text, bound);
  if (range.items.length === 2) return test(low);
  if (!first.text.startsWith('>')) throw fault('Too many elements in numeric expression', second);
  if (second?.kind !== 'string')
    throw faultBehind(`Bad value in numeric range: ${written(second)}`, second);
  const otherTest = operators.get(second.text);
  if (otherTest === undefined || !second.text.startsWith('<'))
    throw faultBehind(`Bad numeric range operator: ${second.text}`, second);
  const high = boundOf(second.text, otherBound);
  if (range.items.length > 4)
    throw fault('Too many terms in numeric range expression', range.items[4]);
  if (low >= high) throw faultBehind('Bottom must be less than top', otherBound);
  const [above, below] = [test(low), otherTest(high)];
  return (value) => above(value) && below(value);
};
