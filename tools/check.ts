/**
 * `npm run check [-- <part>…]`: the static checks, as many beside each other as there are processors. Each part is a
 * script of package.json and can be run by itself; what one prints is shown where it fails.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** The longest first, so that the others find room beside it. */
const besideEachOther = ['lint', 'generated', 'typecheck', 'format', 'deps', 'unused'];
/** What measures, with nothing beside it. */
const alone = ['budget'];

interface Ended {
  readonly part: string;
  readonly isSound: boolean;
  readonly printed: string;
}

const run = (part: string): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn('npm', ['run', '--silent', part], { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
    }
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ part, isSound: code === 0, printed });
    });
  });

const asked = process.argv.slice(2);
const known = [...besideEachOther, ...alone];
const unknown = asked.filter((part) => !known.includes(part));
if (unknown.length > 0) {
  process.stderr.write(`Unknown: ${unknown.join(', ')}. There are ${known.join(', ')}.\n`);
  process.exit(2);
}
const wanted = (parts: readonly string[]): string[] =>
  parts.filter((part) => asked.length === 0 || asked.includes(part));
const failed: string[] = [];

const work = async (waiting: string[]): Promise<void> => {
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const startedAt = performance.now();
    const { isSound, printed } = await run(part);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
    process.stdout.write(`${isSound ? 'ok    ' : 'FAILED'} ${seconds} s  ${part}\n`);
    if (isSound) continue;
    failed.push(part);
    process.stdout.write(printed);
  }
};

const shared = wanted(besideEachOther);
await Promise.all(Array.from({ length: availableParallelism() }, () => work(shared)));
await work(wanted(alone));
if (failed.length > 0) {
  process.stdout.write(`Failed: ${failed.join(', ')}\n`);
  process.exitCode = 1;
}
