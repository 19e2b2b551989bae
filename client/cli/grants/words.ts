/** Grants in a reader's words. */
import type { Grant, GrantRule } from '../../../core/grants/grant.ts';

const listed = (values: readonly (string | number | boolean)[], joint: string): string =>
  values.map(String).join(` ${joint} `);

const conditionWords = ({ when }: GrantRule): string => {
  const { anyOf, allOf, noneOf } = when.groups ?? {};
  return [
    ...(anyOf ? [`in ${listed(anyOf, 'or')}`] : []),
    ...(allOf ? [`in ${listed(allOf, 'and')}`] : []),
    ...(noneOf ? [`not in ${listed(noneOf, 'or')}`] : []),
    ...Object.entries(when.claims ?? {}).map(
      ([name, claim]) => `${name} is ${listed(claim.anyOf, 'or')}`,
    ),
  ].join(' and ');
};

/** The rules in their order: the first that holds decides. */
export const whoWords = ({ rules }: Grant): string =>
  rules
    .map((rule) => `${rule.effect === 'refuse' ? 'never ' : ''}${conditionWords(rule)}`)
    .join('; else ');

export const roleWords = ({ role }: Grant): string => {
  if (role.fromToken) return `from the token: ${Object.keys(role.fromToken).join(', ')}`;
  return role.arn ?? 'its own';
};
