/** Plots as SVG text: lines over a number, and bars; readable on light and dark pages alike. */
interface Line {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

interface LinePlot {
  readonly title: string;
  readonly across: string;
  readonly up: string;
  readonly lines: readonly Line[];
  /** Horizontal lines to compare with. */
  readonly marks?: readonly { readonly name: string; readonly at: number }[];
}

interface BarPlot {
  readonly title: string;
  readonly across: string;
  readonly bars: readonly {
    readonly name: string;
    readonly value: number;
    /** Smallest and largest that were seen. */
    readonly spread?: readonly [number, number];
    /** What is asked of the value. */
    readonly bar?: number;
  }[];
}

const colours = ['#2563eb', '#c2410c', '#15803d', '#7e22ce', '#0e7490', '#a16207'];
const colourAt = (index: number): string => colours[index % colours.length] ?? '#000';
const width = 760;
const height = 340;
const edge = { left: 64, right: 16, top: 36, bottom: 64 };
const inner = {
  width: width - edge.left - edge.right,
  height: height - edge.top - edge.bottom,
};

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const text = (x: number, y: number, words: string, anchor = 'start', more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}"${more}>${escaped(words)}</text>`;

const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, more = ''): string =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${stroke}"${more}/>`;

const document = (title: string, high: number, body: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(high)}" font-family="system-ui, sans-serif" font-size="12" fill="#374151" role="img" aria-label="${escaped(title).replaceAll('"', '&quot;')}">`,
    `<rect width="${String(width)}" height="${String(high)}" fill="#ffffff"/>`,
    text(edge.left, 20, title, 'start', ' font-size="14" font-weight="600" fill="#111827"'),
    ...body,
    '</svg>',
    '',
  ].join('\n');

/** A round number of about this size: 1, 2 or 5 times a power of ten. */
const roundStep = (about: number): number => {
  const power = 10 ** Math.floor(Math.log10(about));
  return power * ([1, 2, 5, 10].find((step) => step * power >= about) ?? 10);
};

const ticksTo = (most: number, count: number): readonly number[] => {
  const step = roundStep(most / count);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
};

const words = (value: number): string =>
  value >= 1000 ? value.toLocaleString('en-US') : String(Number(value.toPrecision(3)));

export const linePlot = ({ title, across, up, lines, marks = [] }: LinePlot): string => {
  const points = lines.flatMap((each) => each.points);
  const mostAcross = points.reduce((most, [x]) => Math.max(most, x), 0) || 1;
  const mostUp =
    1.05 *
    ([...points.map(([, y]) => y), ...marks.map(({ at }) => at)].reduce(
      (a, b) => Math.max(a, b),
      0,
    ) || 1);
  const x = (value: number) => edge.left + (inner.width * value) / mostAcross;
  const y = (value: number) => edge.top + inner.height * (1 - value / mostUp);
  return document(title, height, [
    ...ticksTo(mostUp, 5).flatMap((tick) => [
      line(edge.left, y(tick), width - edge.right, y(tick), '#e5e7eb'),
      text(edge.left - 6, y(tick) + 4, words(tick), 'end'),
    ]),
    ...ticksTo(mostAcross, 8).map((tick) =>
      text(x(tick), height - edge.bottom + 16, words(tick), 'middle'),
    ),
    text(edge.left + inner.width / 2, height - edge.bottom + 34, across, 'middle'),
    text(
      14,
      edge.top + inner.height / 2,
      up,
      'middle',
      ` transform="rotate(-90 14 ${String(edge.top + inner.height / 2)})"`,
    ),
    ...marks.flatMap(({ name, at }) => [
      line(edge.left, y(at), width - edge.right, y(at), '#6b7280', ' stroke-dasharray="5 4"'),
      text(width - edge.right, y(at) - 4, name, 'end'),
    ]),
    ...lines.map(
      ({ points: each }, index) =>
        `<polyline fill="none" stroke="${colourAt(index)}" stroke-width="1.6" points="${each.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(' ')}"/>`,
    ),
    ...lines.flatMap(({ name }, index) => {
      const at = edge.left + (index * inner.width) / lines.length;
      return [
        line(at, height - 14, at + 18, height - 14, colourAt(index), ' stroke-width="3"'),
        text(at + 24, height - 10, name),
      ];
    }),
  ]);
};

const rowHeight = 30;
const nameWidth = 300;

export const barPlot = ({ title, across, bars }: BarPlot): string => {
  const most =
    1.08 *
    (bars
      .flatMap(({ value, spread, bar }) => [value, ...(spread ?? []), bar ?? 0])
      .reduce((a, b) => Math.max(a, b), 0) || 1);
  const x = (value: number) => nameWidth + ((width - nameWidth - edge.right) * value) / most;
  const bottom = edge.top + bars.length * rowHeight;
  return document(title, bottom + 44, [
    ...ticksTo(most, 5).flatMap((tick) => [
      line(x(tick), edge.top, x(tick), bottom, '#e5e7eb'),
      text(x(tick), bottom + 16, words(tick), 'middle'),
    ]),
    text((nameWidth + width - edge.right) / 2, bottom + 34, across, 'middle'),
    ...bars.flatMap(({ name, value, spread, bar }, index) => {
      const top = edge.top + index * rowHeight;
      const middle = top + rowHeight / 2;
      return [
        text(nameWidth - 8, middle + 4, name, 'end'),
        `<rect x="${x(0).toFixed(1)}" y="${(top + 6).toFixed(1)}" width="${(x(value) - x(0)).toFixed(1)}" height="${String(rowHeight - 12)}" fill="${bar === undefined || value >= bar ? '#2563eb' : '#c2410c'}"/>`,
        ...(spread === undefined
          ? []
          : [line(x(spread[0]), middle, x(spread[1]), middle, '#111827', ' stroke-width="1.5"')]),
        ...(bar === undefined
          ? []
          : [
              line(
                x(bar),
                top + 2,
                x(bar),
                top + rowHeight - 2,
                '#111827',
                ' stroke-width="2" stroke-dasharray="3 2"',
              ),
            ]),
      ];
    }),
  ]);
};
