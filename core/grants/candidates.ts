import type { Caller } from '../contracts/caller.ts';
import type { Grant, GrantRule } from './grant.ts';

/** Grants by what they are found by. Each list is in the order of all grants. */
interface GrantIndex {
  readonly byName: ReadonlyMap<string, readonly Grant[]>;
  /** A group → grants that allow nobody who is in none of their groups. */
  readonly byGroup: ReadonlyMap<string, readonly Grant[]>;
  /** Grants that may allow somebody without any group. */
  readonly forAnybody: readonly Grant[];
  readonly placeOf: ReadonlyMap<Grant, number>;
}

/** A deployment's grants never change while a process lives. */
const indexes = new WeakMap<readonly Grant[], GrantIndex>();

/**
 * The grants that may allow a caller, in their order; what is left out refuses. Whoever is in few groups is asked about few
 * grants, however many there are.
 * @param named the only one that counts; null for all
 */
export const candidatesAmong = (
  grants: readonly Grant[],
  named: string | null,
  caller: Caller,
): readonly Grant[] => {
  const index = indexes.get(grants) ?? indexOf(grants);
  indexes.set(grants, index);
  if (named !== null) return index.byName.get(named) ?? [];
  const found = new Set(index.forAnybody);
  for (const group of caller.groups) {
    for (const grant of index.byGroup.get(group) ?? []) found.add(grant);
  }
  const place = (grant: Grant) => index.placeOf.get(grant) ?? 0;
  return [...found].sort((one, other) => place(one) - place(other));
};

const indexOf = (grants: readonly Grant[]): GrantIndex => {
  const byName = new Map<string, Grant[]>();
  const byGroup = new Map<string, Grant[]>();
  const forAnybody: Grant[] = [];
  const add = (lists: Map<string, Grant[]>, key: string, grant: Grant) => {
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [grant]);
    else if (list.at(-1) !== grant) list.push(grant);
  };
  for (const grant of grants) {
    add(byName, grant.name, grant);
    const needed = grant.rules.filter(({ effect }) => effect === 'allow').map(groupsNeededBy);
    if (needed.includes(null)) forAnybody.push(grant);
    else for (const group of needed.flatMap((groups) => groups ?? [])) add(byGroup, group, grant);
  }
  return { byName, byGroup, forAnybody, placeOf: new Map(grants.map((grant, at) => [grant, at])) };
};

/** Groups of which a caller must be in one for the rule to hold; null where none is needed. */
const groupsNeededBy = ({ when }: GrantRule): readonly string[] | null =>
  when.groups?.anyOf ?? when.groups?.allOf?.slice(0, 1) ?? null;
