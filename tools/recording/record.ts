/**
 * `npm run record`: types the tape on a pseudo-terminal, against a twin of its own, and writes what the terminal showed
 * and when to docs/images/main-path.cast. What is printed, and how long it took, is from the run; the pace of the
 * typing is not. Needs `script` of util-linux and the AWS CLI. `npm run generate` draws the picture of it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startTwin } from '../../local/twin.ts';
import { writtenCast } from './cast.ts';
import { unfitIn } from './fit-to-show.ts';
import { createRecorder } from './recorder.ts';
import { prepareStage } from './stage.ts';
import { tape, title } from './tape.ts';

const root = resolve(import.meta.dirname, '..', '..');
const size = { columns: 104, rows: 30 };

const directory = await mkdtemp(join(tmpdir(), 'stepkey-record-'));
try {
  const twin = await startTwin({ stateDirectory: null, port: 0, awsPort: 0, users: 'demo' });
  try {
    const { env, secrets } = await prepareStage(twin, { root, directory });
    const recorder = createRecorder({ ...size, env, directory });
    let stillAtSeconds = 0;
    for (const scene of tape) {
      await recorder.play(scene);
      // In the middle of the rest: before the next is typed.
      if (scene.isStill === true) stillAtSeconds = recorder.nowSeconds() - scene.restSeconds / 2;
    }
    const text = writtenCast({
      ...size,
      title,
      longestPauseSeconds: 2.5,
      stillAtSeconds,
      output: recorder.output(),
    });
    const unfit = unfitIn(text, [...secrets, hostname(), root, directory]);
    if (unfit.length > 0) throw new Error(`The recording shows ${unfit.join(', ')}.`);
    await writeFile(join(root, 'docs', 'images', 'main-path.cast'), text);
  } finally {
    await twin.stop();
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
