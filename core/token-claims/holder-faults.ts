import type { FaultAt } from '../file-faults.ts';
import type { TokenClaimsRule } from './token-claims.ts';

/** What a rule says that nobody has for whom it is: it would change nothing, or hold for nobody, without a word. */
export const holderFaults = (
  at: readonly PropertyKey[],
  rule: TokenClaimsRule,
): readonly FaultAt[] => (isForMachines(rule) ? machineFaults(at, rule) : personFaults(at, rule));

export const isForMachines = (rule: TokenClaimsRule): boolean => rule.for === 'machines';

const machineFaults = (at: readonly PropertyKey[], rule: TokenClaimsRule): readonly FaultAt[] => {
  const { idToken, replaceGroups, when, accessToken } = rule;
  const faultWhere = (value: unknown, path: readonly string[], reason: string) =>
    value === undefined ? [] : [{ path: [...at, ...path], reason }];
  return [
    ...faultWhere(idToken, ['idToken'], 'a machine gets no ID token'),
    ...faultWhere(replaceGroups, ['replaceGroups'], 'a machine is in no group'),
    ...faultWhere(when?.groups, ['when', 'groups'], 'a machine is in no group'),
    ...faultWhere(when?.attributes, ['when', 'attributes'], 'a machine has no attributes'),
    ...Object.entries(accessToken?.addClaims ?? {}).flatMap(([claim, { attribute }]) =>
      faultWhere(
        attribute,
        ['accessToken', 'addClaims', claim, 'attribute'],
        'a machine has no attributes',
      ),
    ),
  ];
};

const personFaults = (at: readonly PropertyKey[], { when }: TokenClaimsRule): readonly FaultAt[] =>
  (['scopes', 'clients'] as const).flatMap((condition) =>
    when?.[condition] === undefined
      ? []
      : [{ path: [...at, 'when', condition], reason: 'only rules for machines look at this' }],
  );
