import type { Caller } from '../contracts/caller.ts';
import { evidenceOf, type Evidence } from './evidence.ts';
import type { Grant } from './grant.ts';
import { matchGrants, type GrantMatch } from './match.ts';

/** What a refusal rests on, for its record: as much as `decide` tells auditors, and no more of the caller than a hand-out's record has. */
export interface RefusalBasis {
  /**
   * The rule that matched: of the one grant that allows, where something after it refused, else of the one grant that was
   * asked. Null where none matched, or several grants were tried.
   */
  readonly rule: number | null;
  /** What of the caller that rule rested on; null with it. */
  readonly evidence: Evidence | null;
  /** The rules of each grant that was tried, and the first condition of each that did not hold: names, no values. */
  readonly tried: readonly GrantMatch[];
  /** How many grants were tried beyond those: a record stays small, however many there are. */
  readonly triedLeftOut: number;
}

/** Of `tried`, written as JSON. */
const longestTriedCharacters = 2048;

/**
 * Says of a caller who was refused what the grants made of it. Grants that its client may use in this way come first:
 * they are what it could have had.
 * @param named the grant that was asked for; null where none was
 */
export const refusalBasisOf = (
  caller: Caller,
  named: string | null,
  grants: readonly Grant[],
): RefusalBasis => {
  const matches = matchGrants(caller, named, grants);
  const isForClient = ({ clientListed, useFits }: GrantMatch) => clientListed && useFits;
  const tried: GrantMatch[] = [];
  let characters = 2;
  for (const match of [
    ...matches.filter(isForClient),
    ...matches.filter((each) => !isForClient(each)),
  ]) {
    characters += JSON.stringify(match).length + 1;
    if (characters > longestTriedCharacters) break;
    tried.push(match);
  }
  const allowing = matches.filter(({ allowedBy }) => allowedBy !== null);
  const [decisive, ...others] = allowing.length > 0 ? allowing : matches;
  const matched = others.length === 0 ? decisive?.rules.find((each) => each.matched) : undefined;
  const rule = grants.find(({ name }) => name === decisive?.grant)?.rules[matched?.rule ?? -1];
  return {
    rule: matched?.rule ?? null,
    evidence: rule === undefined ? null : evidenceOf(rule, caller),
    tried,
    triedLeftOut: matches.length - tried.length,
  };
};
