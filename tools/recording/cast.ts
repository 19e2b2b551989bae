/**
 * A recording of a terminal in the format asciicast v2, which asciinema plays too.
 * @see https://docs.asciinema.org/manual/asciicast/v2/
 */
import * as z from 'zod';

const header = z.strictObject({
  version: z.literal(2),
  width: z.int().positive(),
  height: z.int().positive(),
  /** Longer silences are shortened to this when it is played. */
  idle_time_limit: z.number().positive(),
  title: z.string().min(1),
});
const event = z.tuple([z.number().nonnegative(), z.enum(['o', 'm']), z.string()]);
/** The marker at what is shown where nothing may move. */
const still = 'still';

export interface Cast {
  readonly columns: number;
  readonly rows: number;
  readonly longestPauseSeconds: number;
  readonly title: string;
  /** When the terminal shows what a picture that stands still is to show. */
  readonly stillAtSeconds: number;
  readonly output: readonly { readonly atSeconds: number; readonly text: string }[];
}

const inMillis = (seconds: number): number => Number(seconds.toFixed(3));

export const writtenCast = (cast: Cast): string => {
  const events = [
    ...cast.output.map(({ atSeconds, text }) => [inMillis(atSeconds), 'o', text] as const),
    [inMillis(cast.stillAtSeconds), 'm', still] as const,
  ].sort(([one], [other]) => one - other);
  const head: z.infer<typeof header> = {
    version: 2,
    width: cast.columns,
    height: cast.rows,
    idle_time_limit: cast.longestPauseSeconds,
    title: cast.title,
  };
  return [head, ...events].map((line) => `${JSON.stringify(line)}\n`).join('');
};

/** @throws ZodError or SyntaxError for a text that is no such recording */
export const readCast = (text: string): Cast => {
  const [first = '', ...lines] = text.trimEnd().split('\n');
  const { width, height, idle_time_limit, title } = header.parse(JSON.parse(first));
  const events = lines.map((line) => event.parse(JSON.parse(line)));
  const [stillAtSeconds = 0] =
    events.find(([, kind, what]) => kind === 'm' && what === still) ?? [];
  return {
    columns: width,
    rows: height,
    longestPauseSeconds: idle_time_limit,
    title,
    stillAtSeconds,
    output: events
      .filter(([, kind]) => kind === 'o')
      .map(([atSeconds, , written]) => ({ atSeconds, text: written })),
  };
};
