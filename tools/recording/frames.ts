import type { Cast } from './cast.ts';
import { createScreen, type Picture } from './screen.ts';

interface Frame {
  readonly fromSeconds: number;
  readonly picture: Picture;
}

export interface Film {
  readonly frames: readonly Frame[];
  readonly lengthSeconds: number;
  /** Which of the frames is shown where nothing may move. */
  readonly still: number;
}

/** The eye sees no more; what is written within it is one frame. */
const shortestFrameSeconds = 0.05;
/** Before it begins again. */
const lastFrameSeconds = 6;

/** The pictures of a recording, with its silences shortened. */
export const filmOf = (cast: Cast): Film => {
  const { columns, rows, longestPauseSeconds, stillAtSeconds, output } = cast;
  const screen = createScreen(columns, rows);
  const frames: Frame[] = [];
  let now = 0;
  let before = 0;
  let still = 0;
  for (const { atSeconds, text } of output) {
    now += Math.min(atSeconds - before, longestPauseSeconds);
    const isAfterStill = before <= stillAtSeconds && atSeconds > stillAtSeconds;
    before = atSeconds;
    screen.write(text);
    const last = frames.at(-1);
    const isNext = last === undefined || now - last.fromSeconds >= shortestFrameSeconds;
    const fromSeconds = isNext || isAfterStill ? now : last.fromSeconds;
    if (!isNext && !isAfterStill) frames.pop();
    frames.push({ fromSeconds, picture: screen.picture() });
    if (atSeconds <= stillAtSeconds) still = frames.length - 1;
  }
  return { frames, lengthSeconds: now + lastFrameSeconds, still };
};
