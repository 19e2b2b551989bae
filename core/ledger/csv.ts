/** A spreadsheet takes a cell that begins so for a formula; an apostrophe makes it text. */
const beginsFormula = /^[=+\-@\t\r]/;

const cellOf = (value: string | number | boolean | null): string => {
  if (value === null) return '';
  const text = String(value);
  const harmless = typeof value === 'string' && beginsFormula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

/** One line of a table, as RFC 4180 has it. */
export const csvLine = (cells: readonly (string | number | boolean | null)[]): string =>
  `${cells.map(cellOf).join(',')}\r\n`;
