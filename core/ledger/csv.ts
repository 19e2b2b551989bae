/**
 * A spreadsheet takes a cell that begins so for a formula; an apostrophe makes it text. Some take a semicolon or a tab for
 * the end of a cell, and full-width signs for plain ones.
 * @see OWASP, CSV injection
 */
const formulas = /(^|[;\t\r\n])(?=[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n])/g;

const cellOf = (value: string | number | boolean | null): string => {
  if (value === null) return '';
  const harmless = typeof value === 'string' ? value.replace(formulas, "$1'") : String(value);
  return /[",;\t\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

/** One line of a table, as RFC 4180 has it. */
export const csvLine = (cells: readonly (string | number | boolean | null)[]): string =>
  `${cells.map(cellOf).join(',')}\r\n`;
