/**
 * EventBridge's event patterns.
 * @see docs.aws.amazon.com/eventbridge "Comparison operators for use in event patterns" (read 2026-11-21), and
 * github.com/aws/event-ruler, the engine that EventBridge runs
 */
import { alternativesOf } from './alternatives.ts';
import type { Alternative } from './alternatives.ts';
import { joinedMembership } from './event-fields.ts';
import type { EventFields, Membership } from './event-fields.ts';
import { JsonFault, parseJsonNodes } from './json-nodes.ts';
import { PatternFault, invalidEventPattern } from './pattern-fault.ts';
import type { ValueTest } from './value-tests.ts';

export type EventPattern = (event: EventFields) => boolean;

type Condition = readonly [path: string, tests: readonly ValueTest[]];

/** Whether the conditions from `index` on can be met by leaves that lie in the same array elements. */
const isMet = (
  conditions: readonly Condition[],
  fields: EventFields,
  index: number,
  membership: Membership,
): boolean => {
  const condition = conditions[index];
  if (condition === undefined) return true;
  const [path, tests] = condition;
  const near = (fields.get(path) ?? []).flatMap((leaf) => {
    const joined = joinedMembership(membership, leaf.membership);
    return joined === null ? [] : [{ value: leaf.value, joined }];
  });
  if (near.length === 0)
    return tests.includes('absent') && isMet(conditions, fields, index + 1, membership);
  // Leaves of the same elements lead to the same question, which is asked once.
  const asked = new Set<string>();
  return near.some(({ value, joined }) => {
    if (!tests.some((test) => test !== 'absent' && test(value))) return false;
    const place = JSON.stringify([...joined]);
    if (asked.has(place)) return false;
    asked.add(place);
    return isMet(conditions, fields, index + 1, joined);
  });
};

const byPath = ([left]: Condition, [right]: Condition): number =>
  left < right ? -1 : left > right ? 1 : 0;

const conditionsOf = (alternative: Alternative): readonly Condition[] =>
  [...alternative].sort(byPath);

/** @throws AwsError InvalidEventPatternException with AWS's reason and the place in the text */
export const compileEventPattern = (source: string): EventPattern => {
  let alternatives: readonly (readonly Condition[])[];
  try {
    alternatives = alternativesOf(parseJsonNodes(source)).map(conditionsOf);
  } catch (error) {
    if (error instanceof PatternFault)
      throw invalidEventPattern(source, error.message, error.offset, error.placesTold);
    if (error instanceof JsonFault)
      throw invalidEventPattern(source, error.message, error.offset, 1);
    throw error;
  }
  return (event) => alternatives.some((conditions) => isMet(conditions, event, 0, new Map()));
};
