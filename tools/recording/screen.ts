/** What a terminal shows after what was written to it: as much of one as the recorded commands use. */

export interface Style {
  /** An index into the terminal's sixteen colours; null for the text's own. */
  readonly color: number | null;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

export interface Cell {
  readonly character: string;
  readonly style: Style;
}

export type Line = readonly Cell[];

export interface Picture {
  readonly lines: readonly Line[];
  /** Null while it is hidden. */
  readonly cursor: { readonly row: number; readonly column: number } | null;
}

export interface Screen {
  /** @throws RangeError for a sequence that it does not know, so that no picture is silently wrong */
  readonly write: (text: string) => void;
  readonly picture: () => Picture;
}

const plain: Style = { color: null, isBold: false, isDim: false };
const blank: Cell = { character: ' ', style: plain };

// eslint-disable-next-line no-control-regex
const tokens = /\u001b\[(\??[\d;]*)([A-Za-z])|\u001b[^[]|[\s\S]/gu;

const styled = (style: Style, code: number): Style => {
  if (code === 0) return plain;
  if (code === 1) return { ...style, isBold: true };
  if (code === 2) return { ...style, isDim: true };
  if (code === 22) return { ...style, isBold: false, isDim: false };
  if (code === 39) return { ...style, color: null };
  if (code >= 30 && code <= 37) return { ...style, color: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, color: code - 90 + 8 };
  throw new RangeError(`The style ${String(code)} is not known here.`);
};

export const createScreen = (columns: number, rows: number): Screen => {
  let lines: Cell[][] = [[]];
  let row = 0;
  let column = 0;
  let style = plain;
  let isCursorShown = true;

  const lineAt = (index: number): Cell[] => {
    while (lines.length <= index) lines.push([]);
    return lines[index] ?? [];
  };
  const nextLine = (): void => {
    if (row + 1 < rows) row += 1;
    else lines = lines.slice(1);
    lineAt(row);
  };
  const put = (character: string): void => {
    if (column === columns) {
      column = 0;
      nextLine();
    }
    const line = lineAt(row);
    while (line.length < column) line.push(blank);
    line[column] = { character, style };
    column += 1;
  };
  const control = (parameters: string, command: string): void => {
    const numbers = parameters.split(';').map(Number);
    const [first = 0] = numbers;
    const count = Math.max(1, first);
    if (command === 'm') style = numbers.reduce(styled, style);
    else if (command === 'K' && first === 0) lineAt(row).splice(column);
    else if (command === 'K' && first === 2) lineAt(row).splice(0);
    else if (command === 'J' && first === 0) {
      lineAt(row).splice(column);
      lines.splice(row + 1);
    } else if (command === 'J' && first === 2) lines = [[]];
    else if (command === 'H' && parameters === '') [row, column] = [0, 0];
    else if (command === 'A') row = Math.max(0, row - count);
    else if (command === 'B') row = Math.min(rows - 1, row + count);
    else if (command === 'C') column = Math.min(columns - 1, column + count);
    else if (command === 'D') column = Math.max(0, column - count);
    else if (command === 'G') column = count - 1;
    else if (parameters === '?25') isCursorShown = command === 'h';
    else if (!parameters.startsWith('?')) {
      throw new RangeError(`The sequence ${parameters}${command} is not known here.`);
    }
  };

  return {
    write: (text) => {
      for (const [token, parameters = '', command] of text.matchAll(tokens)) {
        if (command !== undefined) control(parameters, command);
        else if (token === '\r') column = 0;
        else if (token === '\n') nextLine();
        else if (token === '\b') column = Math.max(0, column - 1);
        else if (token === '\t') column = Math.min(columns - 1, column + 8 - (column % 8));
        else if (token === '\u0007') continue;
        else if (token < ' ') {
          throw new RangeError(`The character ${JSON.stringify(token)} is not known here.`);
        } else put(token);
      }
    },
    picture: () => ({
      lines: lines.map((line) => [...line]),
      cursor: isCursorShown ? { row, column } : null,
    }),
  };
};
