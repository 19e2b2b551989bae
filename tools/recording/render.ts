/**
 * A recording as one SVG: the pictures lie side by side behind a window, and a style moves them through it, so that it
 * plays as an image, without a script. Where motion is not wanted, or styles are not animated, it shows the one that is
 * marked as still.
 */
import type { Cast } from './cast.ts';
import { filmOf, type Film } from './frames.ts';
import type { Cell, Line, Picture, Style } from './screen.ts';

const cellWidth = 8;
const lineHeight = 19;
const padding = 16;
const barHeight = 36;

const colors: readonly string[] = [
  ...['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'],
  ...['#8b949e', '#ffa198', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#f0f6fc'],
];

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const classOf = ({ color, isBold, isDim }: Style): string =>
  [color === null ? '' : `c${String(color)}`, isBold ? 'b' : '', isDim ? 'd' : '']
    .filter((name) => name !== '')
    .join(' ');

/** Neighbours of one style, parted at wide gaps: each has its own place, whatever the font's widths. */
const runsOf = (line: Line): readonly { readonly column: number; readonly cells: Cell[] }[] => {
  const runs: { column: number; cells: Cell[] }[] = [];
  for (const [column, cell] of line.entries()) {
    const run = runs.at(-1);
    const isGap = cell.character === ' ' && line[column + 1]?.character === ' ';
    const last = run?.cells.at(-1);
    const follows = run !== undefined && run.column + run.cells.length === column;
    if (isGap || (cell.character === ' ' && !follows)) continue;
    if (follows && last !== undefined && classOf(last.style) === classOf(cell.style)) {
      run.cells.push(cell);
    } else if (cell.character !== ' ') runs.push({ column, cells: [cell] });
  }
  return runs;
};

const textOf = (line: Line): string =>
  runsOf(line)
    .map(({ column, cells }) => {
      const end = cells.findLastIndex(({ character }) => character !== ' ') + 1;
      const shown = cells.slice(0, end);
      const name = shown[0] === undefined ? '' : classOf(shown[0].style);
      const place = `x="${String(column * cellWidth)}" textLength="${String(end * cellWidth)}"`;
      const text = escaped(shown.map(({ character }) => character).join(''));
      return `<text ${place}${name === '' ? '' : ` class="${name}"`}>${text}</text>`;
    })
    .join('');

/** Each line that is ever seen, once. */
const linesOf = ({ frames }: Film): ReadonlyMap<string, string> => {
  const ids = new Map<string, string>();
  for (const { picture } of frames) {
    for (const line of picture.lines) {
      const text = textOf(line);
      if (text !== '' && !ids.has(text)) ids.set(text, `l${ids.size.toString(36)}`);
    }
  }
  return ids;
};

const pictureOf = ({ lines, cursor }: Picture, ids: ReadonlyMap<string, string>): string => {
  const uses = lines.map((line, row) => {
    const id = ids.get(textOf(line));
    return id === undefined ? '' : `<use href="#${id}" y="${String(row * lineHeight)}"/>`;
  });
  const block =
    cursor === null
      ? ''
      : `<use href="#cursor" x="${String(cursor.column * cellWidth)}" y="${String(cursor.row * lineHeight)}"/>`;
  return `${block}${uses.join('')}`;
};

const shorter = (value: number): string => String(Number(value.toFixed(3)));

export const renderSvg = (cast: Cast): string => {
  const film = filmOf(cast);
  const { frames, lengthSeconds } = film;
  const ids = linesOf(film);
  const pictureWidth = cast.columns * cellWidth;
  const pictureHeight = cast.rows * lineHeight;
  const width = pictureWidth + 2 * padding;
  const height = pictureHeight + barHeight + padding;
  const moved = (index: number): string =>
    `transform:translateX(${String(-index * pictureWidth)}px)`;
  const steps = frames.map(
    ({ fromSeconds }, index) =>
      `${shorter(index === 0 ? 0 : (100 * fromSeconds) / lengthSeconds)}%{${moved(index)}}`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" width="${String(width)}" height="${String(height)}" role="img" aria-labelledby="title">
<title id="title">${escaped(cast.title)}</title>
<style>
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;fill:#e6edf3;white-space:pre}
.b{font-weight:700}.d{opacity:.65}
${colors.map((color, index) => `.c${String(index)}{fill:${color}}`).join('')}
.film{${moved(film.still)}}
@keyframes play{${steps.join('')}}
@media (prefers-reduced-motion:no-preference){.film{animation:play ${shorter(lengthSeconds)}s step-end infinite}}
</style>
<rect width="${String(width)}" height="${String(height)}" rx="10" fill="#0d1117"/>
<path d="M0 ${String(barHeight - 8)}V10a10 10 0 0 1 10-10H${String(width - 10)}a10 10 0 0 1 10 10V${String(barHeight - 8)}z" fill="#161b22"/>
<circle cx="20" cy="14" r="5.5" fill="#ff5f57"/><circle cx="38" cy="14" r="5.5" fill="#febc2e"/><circle cx="56" cy="14" r="5.5" fill="#28c840"/>
<defs>
<rect id="cursor" width="${String(cellWidth)}" height="${String(lineHeight - 3)}" y="2" fill="#8b949e"/>
${[...ids].map(([text, id]) => `<g id="${id}" transform="translate(0 14)">${text}</g>`).join('\n')}
</defs>
<svg x="${String(padding)}" y="${String(barHeight)}" width="${String(pictureWidth)}" height="${String(pictureHeight)}">
<g class="film">
${frames.map(({ picture }, index) => `<g transform="translate(${String(index * pictureWidth)} 0)">${pictureOf(picture, ids)}</g>`).join('\n')}
</g>
</svg>
</svg>
`;
};
