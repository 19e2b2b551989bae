import type { Grant, GrantRule, GrantStatement } from './grant.ts';

/** Grants in a reader's words: the same on the audit page and at the command line. */

/** A text that could be read as something else, such as a group called `a or b`, stands in quotes. */
const plain = /^(?!(?:or|and|true|false|[\d.+-]+)$)[\w.:@/+-]+$/;
const quoted = (value: string | number | boolean): string =>
  typeof value === 'string' && !plain.test(value) ? JSON.stringify(value) : String(value);

const listed = (values: readonly (string | number | boolean)[], joint: 'or' | 'and'): string =>
  values.map(quoted).join(` ${joint} `);

const nouns = {
  allow: { any: 'Anyone', person: 'Any person', machine: 'Any machine' },
  refuse: { any: 'No one', person: 'No person', machine: 'No machine' },
} as const;

/** One rule as a sentence. */
const sentenceOf = ({ effect, when }: GrantRule): string => {
  const { anyOf, allOf, noneOf } = when.groups ?? {};
  const conditions = [
    ...(anyOf ? [`in ${listed(anyOf, 'or')}`] : []),
    ...(allOf ? [`in ${listed(allOf, 'and')}`] : []),
    ...(noneOf ? [`not in ${listed(noneOf, 'or')}`] : []),
    ...Object.entries(when.claims ?? {}).map(
      ([name, claim]) => `with ${quoted(name)} ${listed(claim.anyOf, 'or')}`,
    ),
  ];
  const noun = nouns[effect][when.kind ?? 'any'];
  return `${[noun, conditions.join(', ')].filter(Boolean).join(' ')}.`;
};

/** One sentence per rule, in order; the first that holds decides. */
export const whoSentences = ({ rules }: Pick<Grant, 'rules'>): readonly string[] =>
  rules.map(sentenceOf);

const textsOf = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value;

/** Operator, key and values; all of them must hold. */
const conditionWords = ({ Condition = {} }: GrantStatement): string =>
  Object.entries(Condition)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(
        ([key, values]) => `${operator} ${key} ${textsOf(values).join(' or ')}`,
      ),
    )
    .join(' and ');

/** Statements as `action on resource`, a line for each pair; a denial begins with `never`. */
export const statementLines = (statements: readonly GrantStatement[]): readonly string[] =>
  statements.flatMap((statement) => {
    const condition = conditionWords(statement);
    return textsOf(statement.Action).flatMap((action) =>
      textsOf(statement.Resource).map((resource) =>
        [
          ...(statement.Effect === 'Deny' ? ['never'] : []),
          `${action} on ${resource}`,
          ...(condition === '' ? [] : [`if ${condition}`]),
        ].join(' '),
      ),
    );
  });
