/** Statements as they are read: whether one speaks of an action, of a resource, under its conditions. */
import { arnPatternOf } from './arn-pattern.ts';
import type { ConditionKeys } from './condition-keys.ts';
import { conditionsOf } from './conditions.ts';
import { actionPatternOf } from './pattern.ts';
import type { Match } from './pattern.ts';
import { asList } from './policy.ts';
import type { PolicyStatement } from './policy.ts';

export interface ReadStatement {
  readonly statement: PolicyStatement;
  /** By its `Sid`, or else by its place: how a reason names it. */
  readonly name: string;
  readonly speaksOf: (lowerCaseAction: string) => boolean;
  /** @param resource null where the policy is the resource's own and its statements need not name it */
  readonly holds: (resource: string | null, keys: ConditionKeys) => boolean;
}

/** Looks through a list, or through what a `Not…` element leaves. */
const actionTest = ({ Action, NotAction }: PolicyStatement): ReadStatement['speaksOf'] => {
  const patterns = asList(Action ?? NotAction).map(actionPatternOf);
  if (Action !== undefined) return (action) => patterns.some((matches) => matches(action));
  if (NotAction === undefined) return () => false;
  return (action) => !patterns.some((matches) => matches(action));
};

/** As for actions; a variable without a value never opens. */
const resourceTest = (
  { Resource, NotResource, Effect }: PolicyStatement,
  variables: boolean,
): ReadStatement['holds'] => {
  if (Resource === undefined && NotResource === undefined) return (resource) => resource === null;
  const patterns = asList(Resource ?? NotResource).map((source) => arnPatternOf(source, variables));
  if (Resource !== undefined)
    return (resource, keys) => patterns.some((match) => match(resource ?? '', keys) === true);
  const leaves = (result: ReturnType<Match>): boolean =>
    result === false || (result === 'unresolved' && Effect !== 'Allow');
  return (resource, keys) => patterns.every((match) => leaves(match(resource ?? '', keys)));
};

/** The rest of a statement is read when a call first comes as far: few calls are asked of any one. */
export const readStatement = (
  statement: PolicyStatement,
  index: number,
  variables: boolean,
): ReadStatement => {
  let holds: ReadStatement['holds'] | null = null;
  const readHolds = (): ReadStatement['holds'] => {
    const ofResource = resourceTest(statement, variables);
    const underConditions = conditionsOf(statement.Condition, variables, statement.Effect);
    return (resource, keys) => ofResource(resource, keys) && underConditions(keys);
  };
  return {
    statement,
    name: statement.Sid === undefined ? `#${String(index + 1)}` : `"${statement.Sid}"`,
    speaksOf: actionTest(statement),
    holds: (resource, keys) => (holds ??= readHolds())(resource, keys),
  };
};
