import type { GrantStatement } from './grant.ts';

/** Whether one policy allows nothing that another does not, as far as the texts show it: in doubt, no. */

/** What fits every one of each: one action on one resource, or what several policies have in common. */
interface Line {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly NonNullable<GrantStatement['Condition']>[];
}

const textsOf = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value;

const linesOf = (
  statements: readonly GrantStatement[],
  effect: GrantStatement['Effect'],
): readonly Line[] =>
  statements
    .filter(({ Effect }) => Effect === effect)
    .flatMap(({ Action, Resource, Condition }) =>
      textsOf(Action).flatMap((action) =>
        textsOf(Resource).map((resource) => ({
          actions: [action.toLowerCase()],
          resources: [resource],
          conditions: Condition === undefined ? [] : [Condition],
        })),
      ),
    );

/** IAM's `${*}`, and every placeholder, is one token: only itself or a `*` covers it. */
const tokensOf = (pattern: string): readonly string[] =>
  pattern.match(/\{\{[^}]*\}\}|\$\{[^}]*\}|[^]/g) ?? [];

/**
 * Whether `wide` matches every text that `narrow` matches. A placeholder's value is not known, so that only the same
 * placeholder or a `*` covers it.
 */
export const isPatternWithin = (narrow: string, wide: string): boolean => {
  const inner = tokensOf(narrow);
  const outer = tokensOf(wide);
  /** For each length of the part of `outer` that was used: whether it covers the part of `inner`. */
  let reached = outer.map(() => false).concat(false);
  reached[0] = true;
  for (let at = 0; outer[at] === '*'; at += 1) reached[at + 1] = true;
  for (const token of inner) {
    const next = reached.map(() => false);
    for (const [at, isReached] of reached.entries()) {
      if (!isReached) continue;
      const here = outer[at];
      if (here === '*') next[at] = true;
      else if (here === token ? token !== '*' : here === '?' && token.length === 1 && token !== '*')
        next[at + 1] = true;
    }
    for (const [at, isReached] of next.entries()) {
      if (isReached && outer[at] === '*') next[at + 1] = true;
    }
    reached = next;
  }
  return reached[outer.length] === true;
};

/** Whether some text may fit both, whatever the placeholders stand for. */
export const mayOverlap = (one: string, other: string): boolean => {
  const [left, right] = [tokensOf(one), tokensOf(other)];
  const isOpen = (token: string | undefined): boolean =>
    token !== undefined && (token === '*' || token.length > 1);
  // The last row and column of the table of rests: what is left of one against nothing of the other.
  let below = [...right.keys(), right.length].map((at) => right.slice(at).every(isOpen));
  for (let row = left.length - 1; row >= 0; row -= 1) {
    const here = left[row];
    const line = right.map(() => false).concat(left.slice(row).every(isOpen));
    for (let column = right.length - 1; column >= 0; column -= 1) {
      const there = right[column];
      const isSame = here === there || here === '?' || there === '?';
      line[column] =
        isOpen(here) || isOpen(there)
          ? below[column] === true || line[column + 1] === true || below[column + 1] === true
          : isSame && below[column + 1] === true;
    }
    below = line;
  }
  return below[0] === true;
};

/** Operators that hold where one of the values fits, and those that hold where none does. */
const fitsOne =
  /^(?:ForAnyValue:)?(?:String(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Equals|Like)|NumericEquals|DateEquals|IpAddress|BinaryEquals)$/;
const fitsNone =
  /^(?:String(?:NotEquals|NotEqualsIgnoreCase|NotLike)|Arn(?:NotEquals|NotLike)|NumericNotEquals|DateNotEquals|NotIpAddress)$/;

const isPartOf = (part: readonly string[], whole: readonly string[]): boolean =>
  part.every((value) => whole.includes(value));

type Condition = Line['conditions'][number];

/** Whether `narrow` holds only where `wide` does. */
const isConditionWithin = (narrow: Condition, wide: Condition): boolean =>
  Object.entries(wide).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wideValues]) => {
      const [, narrowValues] =
        Object.entries(narrow[operator] ?? {}).find(
          ([name]) => name.toLowerCase() === key.toLowerCase(),
        ) ?? [];
      if (narrowValues === undefined) return false;
      const [inner, outer] = [textsOf(narrowValues), textsOf(wideValues)];
      const isFewer = isPartOf(inner, outer);
      const isMore = isPartOf(outer, inner);
      if (fitsOne.test(operator)) return isFewer;
      if (fitsNone.test(operator)) return isMore;
      return isFewer && isMore;
    }),
  );

const isLineWithin = (narrow: Line, wide: Line): boolean =>
  wide.actions.every((action) => narrow.actions.some((each) => isPatternWithin(each, action))) &&
  wide.resources.every((resource) =>
    narrow.resources.some((each) => isPatternWithin(each, resource)),
  ) &&
  wide.conditions.every((condition) =>
    narrow.conditions.some((each) => isConditionWithin(each, condition)),
  );

const inCommon = (one: Line, other: Line): Line => ({
  actions: [...one.actions, ...other.actions],
  resources: [...one.resources, ...other.resources],
  conditions: [...one.conditions, ...other.conditions],
});

const isNothing = ({ actions, resources }: Line): boolean =>
  [actions, resources].some((patterns) =>
    patterns.some((one, index) =>
      patterns.slice(index + 1).some((other) => !mayOverlap(one, other)),
    ),
  );

const everything: Line = { actions: ['*'], resources: ['*'], conditions: [] };

/** Policies that must all allow. A role whose permissions are not in these files is the name of itself. */
export type Narrowing = readonly (readonly GrantStatement[] | { readonly roleArn: string })[];

const areStatements = (part: Narrowing[number]): part is readonly GrantStatement[] =>
  Array.isArray(part);

/**
 * Whether what `after` allows together is within what `before` allows together.
 * @returns false also where that cannot be seen
 */
export const isWithin = (after: Narrowing, before: Narrowing): boolean => {
  const policies = after.filter(areStatements);
  const denied = policies.flatMap((part) => linesOf(part, 'Deny'));
  const isDenied = (line: Line): boolean => denied.some((other) => isLineWithin(line, other));
  const allowed = policies
    .reduce<readonly Line[]>(
      (lines, part) =>
        linesOf(part, 'Allow').flatMap((own) =>
          lines.map((line) => inCommon(line, own)).filter((line) => !isNothing(line)),
        ),
      [everything],
    )
    .filter((line) => !isDenied(line));
  /** What `before` denies is denied still, or not allowed any more. */
  const isStillOut = (line: Line): boolean =>
    allowed
      .map((other) => inCommon(other, line))
      .every((both) => isNothing(both) || isDenied(both));
  return before.every((wide) => {
    if (!areStatements(wide)) {
      return after.some((part) => !areStatements(part) && part.roleArn === wide.roleArn);
    }
    return (
      linesOf(wide, 'Deny').every(isStillOut) &&
      allowed.every((line) => linesOf(wide, 'Allow').some((other) => isLineWithin(line, other)))
    );
  });
};
