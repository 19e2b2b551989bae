import { faultIn, type FaultAt } from '../file-faults.ts';
import { parseStrictJson } from '../strict-json.ts';
import { TokenClaimsFileError } from './fault.ts';
import { holderFaults } from './holder-faults.ts';
import { additionFault, suppressionFault } from './reserved-claims.ts';
import {
  tokenClaimsFileSchema,
  tokenClaimsRuleSchema,
  type TokenClaims,
  type TokenClaimsRule,
} from './token-claims.ts';

/**
 * Reads the token claims file and checks everything that can be known without a person.
 * @param file its name, for the faults
 * @throws TokenClaimsFileError naming every fault
 */
export const compileTokenClaims = (file: string, text: string): TokenClaims => {
  const value = parseStrictJson(text, 32);
  const parsed = tokenClaimsFileSchema.safeParse(value);
  const faults: readonly FaultAt[] =
    value === undefined
      ? [{ path: [], reason: 'is not JSON, or repeats a key' }]
      : [
          ...(parsed.error?.issues ?? []).map(({ path, message }) => ({ path, reason: message })),
          ...soundRules(value).flatMap(([index, rule]) => ruleFaults(['rules', index], rule)),
        ];
  if (parsed.success && faults.length === 0) return parsed.data;
  throw new TokenClaimsFileError(faults.map((fault) => faultIn(file, fault)));
};

/** The rules without a fault in their shape, so that another rule's fault does not hide theirs. */
const soundRules = (value: unknown): (readonly [number, TokenClaimsRule])[] => {
  const rules = (value as { rules?: unknown } | null)?.rules;
  if (!Array.isArray(rules)) return [];
  return rules.flatMap((each: unknown, index) => {
    const parsed = tokenClaimsRuleSchema.safeParse(each);
    return parsed.success ? [[index, parsed.data] as const] : [];
  });
};

const ruleFaults = (at: readonly PropertyKey[], rule: TokenClaimsRule): readonly FaultAt[] => {
  const { idToken, accessToken, replaceGroups: groups } = rule;
  return [
    ...holderFaults(at, rule),
    ...claimFaults([...at, 'idToken'], idToken),
    ...claimFaults([...at, 'accessToken'], accessToken),
    ...bothFaults([...at, 'accessToken', 'suppressScopes'], {
      added: accessToken?.addScopes,
      suppressed: accessToken?.suppressScopes,
    }),
    ...(groups?.preferredRole === undefined || groups.roles.includes(groups.preferredRole)
      ? []
      : [
          {
            path: [...at, 'replaceGroups', 'preferredRole'],
            reason: 'must be one of the roles',
          },
        ]),
  ];
};

const claimFaults = (
  at: readonly PropertyKey[],
  changes: TokenClaimsRule['idToken'],
): readonly FaultAt[] => {
  const added = Object.keys(changes?.addClaims ?? {});
  const suppressed = changes?.suppressClaims ?? [];
  return [
    ...added.flatMap((claim) => {
      const reason = additionFault(claim);
      return reason === null ? [] : [{ path: [...at, 'addClaims', claim], reason }];
    }),
    ...suppressed.flatMap((claim, index) => {
      const reason = suppressionFault(claim);
      return reason === null ? [] : [{ path: [...at, 'suppressClaims', index], reason }];
    }),
    ...bothFaults([...at, 'suppressClaims'], { added, suppressed }),
  ];
};

/** What one rule adds and takes away is a mistake; of two rules, the one that takes away is meant. */
const bothFaults = (
  at: readonly PropertyKey[],
  of: {
    readonly added: readonly string[] | undefined;
    readonly suppressed: readonly string[] | undefined;
  },
): readonly FaultAt[] =>
  (of.suppressed ?? []).flatMap((name, index) =>
    of.added?.includes(name) ? [{ path: [...at, index], reason: 'the same rule adds it' }] : [],
  );
