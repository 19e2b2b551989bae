/** Data on standard output, in the form that was asked for. */
import { codeSpan, markdownTable } from './markdown.ts';
import type { Terminal } from './terminal.ts';

export const outputFormats = ['json', 'table', 'text', 'markdown'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** Without `--output`: a table for a person, JSON for a program. */
export const formatFor = (
  { isOutputTty }: Pick<Terminal, 'isOutputTty'>,
  asked: OutputFormat | undefined,
): OutputFormat => asked ?? (isOutputTty ? 'table' : 'json');

const cellOf = (value: unknown): string => {
  if (value === null || value === undefined) return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(cellOf).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** What came from elsewhere may hold control sequences, which would write to the terminal as they like. */
export const harmless = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) =>
    character === '\n' || character === '\t' ? ' ' : '\ufffd',
  );

const aligned = (rows: readonly (readonly string[])[]): string => {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
};

const tabbed = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.join('\t')}\n`).join('');

const markdownOf = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  markdownTable(
    columns,
    rows.map((cells) => cells.map(codeSpan)),
  );

type Entry = object;

/** One thing: a line for each of its fields. */
export const printOne = (terminal: Terminal, format: OutputFormat, entry: Entry): void => {
  if (format === 'json') {
    terminal.out(`${JSON.stringify(entry, null, 2)}\n`);
    return;
  }
  const rows = Object.entries(entry)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, harmless(cellOf(value))]);
  if (format === 'markdown') {
    terminal.out(markdownOf(['field', 'value'], rows));
    return;
  }
  terminal.out(format === 'text' ? tabbed(rows) : aligned(rows));
};

/** Several things of one kind: a line for each, under the names of its columns where it is a table. */
export const printMany = (
  terminal: Terminal,
  format: OutputFormat,
  columns: readonly string[],
  entries: readonly Entry[],
): void => {
  if (format === 'json') {
    terminal.out(`${JSON.stringify(entries, null, 2)}\n`);
    return;
  }
  const rows = entries.map((entry) => {
    const fields = new Map(Object.entries(entry));
    return columns.map((column) => harmless(cellOf(fields.get(column))));
  });
  if (format === 'markdown') {
    terminal.out(markdownOf(columns, rows));
    return;
  }
  terminal.out(format === 'text' ? tabbed(rows) : aligned([[...columns], ...rows]));
};
