/** A difference between grants, for a terminal and for a comment on a pull request. */
import type { GrantsDiff, PairChange } from '../../../core/grants/diff.ts';
import type { Pair } from '../../../core/grants/pairs.ts';
import { codeSpan, fenced, markdownTable } from '../markdown.ts';
import { harmless } from '../output.ts';

export const whoOf = ({ kind, name }: Pick<Pair, 'kind' | 'name'>): string =>
  kind === 'anyone' ? name : `${kind} ${name}`;

const linesOf = (pair: Pair | null): readonly string[] =>
  pair === null
    ? []
    : [
        ...pair.rules.map((rule) => `who: ${rule}`),
        `use: ${pair.use}`,
        ...pair.roles.map((role) => `role: ${role}`),
        ...pair.permissions.map((line) => `may: ${line}`),
        ...(pair.narrowedTo ?? []).map((line) => `only: ${line}`),
        ...pair.tags.map((tag) => `tag: ${tag}`),
        `lasts: ${String(pair.durationSeconds)} s`,
        `left at least: ${String(pair.minTtlSeconds)} s`,
      ].map(harmless);

/** What was and what is, as lines that begin with `-` and `+`. */
export const changeLines = ({ before, after, parts }: PairChange): readonly string[] => {
  const [was, is] = [linesOf(before), linesOf(after)];
  // Other words for the same people are no change.
  const isShown = (line: string): boolean =>
    before === null || after === null || parts.includes('rules') || !line.startsWith('who: ');
  return [
    ...was.filter((line) => isShown(line) && !is.includes(line)).map((line) => `- ${line}`),
    ...is.filter((line) => isShown(line) && !was.includes(line)).map((line) => `+ ${line}`),
  ];
};

export const changeWords = ({ change, parts }: PairChange): string =>
  parts.length === 0 ? change : `${change}: ${parts.join(', ')}`;

/** Pairs of a grant that change alike are said once. */
const alike = (
  pairs: readonly PairChange[],
): readonly { readonly title: string; readonly lines: readonly string[] }[] => {
  const byLines = new Map<string, PairChange[]>();
  for (const pair of pairs) {
    const key = JSON.stringify([pair.grant, changeLines(pair)]);
    byLines.set(key, [...(byLines.get(key) ?? []), pair]);
  }
  return [...byLines.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined
      ? []
      : [
          {
            title: harmless(`${first.grant}: ${group.map(whoOf).join(', ')}`),
            lines: changeLines(first),
          },
        ];
  });
};

export const detailText = ({ pairs }: GrantsDiff): string =>
  alike(pairs)
    .map(({ title, lines }) => [`\n${title}`, ...lines.map((line) => `  ${line}`), ''].join('\n'))
    .join('');

const verdict = ({ pairs, widened }: GrantsDiff): string => {
  if (pairs.length === 0) return 'No change to who can get what.';
  return widened ? '**Somebody may do more than before.**' : 'Nobody may do more than before.';
};

/** @param names what was compared with what */
export const diffMarkdown = (diff: GrantsDiff, names: readonly [string, string]): string =>
  [
    `### Grants: ${names.map(codeSpan).join(' → ')}`,
    '',
    verdict(diff),
    '',
    ...(diff.pairs.length === 0
      ? []
      : [
          markdownTable(
            ['who', 'grant', 'change', 'more?'],
            diff.pairs.map((pair) => [
              codeSpan(harmless(whoOf(pair))),
              codeSpan(pair.grant),
              changeWords(pair),
              pair.widened ? '**yes**' : 'no',
            ]),
          ),
          ...alike(diff.pairs).flatMap(({ title, lines }) => [
            codeSpan(title),
            '',
            fenced('diff', lines),
            '',
          ]),
        ]),
  ].join('\n');
