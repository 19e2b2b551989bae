/** Markdown for a comment on a pull request. What files say is shown as code, so that it can be neither link, mention nor markup. */

const longestRunOfTicks = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));

export const codeSpan = (text: string): string => {
  if (text.trim() === '') return '';
  const ticks = '`'.repeat(longestRunOfTicks(text) + 1);
  const padding = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${ticks}${padding}${text}${padding}${ticks}`;
};

export const fenced = (language: string, lines: readonly string[]): string => {
  const fence = '`'.repeat(Math.max(3, longestRunOfTicks(lines.join('\n')) + 1));
  return [`${fence}${language}`, ...lines, fence].join('\n');
};

/** @see GitHub Flavored Markdown, tables: a `|` must be escaped, also within code */
const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

export const markdownTable = (
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string =>
  [row(columns), row(columns.map(() => '---')), ...rows.map(row)]
    .map((line) => `${line}\n`)
    .join('');
