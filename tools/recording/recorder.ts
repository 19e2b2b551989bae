/** Types at a pseudo-terminal and keeps what it shows, with the times. */
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import type { Cast } from './cast.ts';
import type { Scene } from './tape.ts';

export interface Recorder {
  /** Resolves when the command has ended, with whatever exit code, and the rest after it is over. */
  readonly play: (scene: Scene) => Promise<void>;
  readonly output: () => Cast['output'];
  /** Since it began. */
  readonly nowSeconds: () => number;
}

const comment = '\u001b[90m';
const command = '\u001b[1m';
const plain = '\u001b[0m';
const prompt = `\u001b[32m$${plain} `;
const keyMillis = 22;
/** From the end of a line to the Enter after it. */
const enterMillis = 350;

export const createRecorder = (options: {
  readonly columns: number;
  readonly rows: number;
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
}): Recorder => {
  const output: { readonly atSeconds: number; readonly text: string }[] = [];
  const startedAt = performance.now();
  const nowSeconds = (): number => (performance.now() - startedAt) / 1000;
  const show = (text: string): void => {
    output.push({ atSeconds: nowSeconds(), text });
  };
  const type = async (text: string): Promise<void> => {
    show(text.startsWith('#') ? comment : command);
    for (const key of text) {
      show(key);
      await wait(keyMillis);
    }
    await wait(enterMillis);
    show(`${plain}\r\n`);
  };
  const runOnTerminal = ({ typed, answer }: Scene): Promise<void> =>
    new Promise((resolve, reject) => {
      const size = `stty cols ${String(options.columns)} rows ${String(options.rows)}`;
      const child = spawn('script', ['-qfc', `${size}; ${typed}`, '/dev/null'], {
        env: { ...options.env, SHELL: '/bin/bash' },
        cwd: options.directory,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      let seen = '';
      let isAnswered = answer === undefined;
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        show(text);
        seen += text;
        if (isAnswered || answer === undefined || !seen.includes(answer.asked)) return;
        isAnswered = true;
        // As long as somebody needs to type it.
        setTimeout(() => child.stdin.write(`${answer.typed}\r`), 900);
      });
      child.on('error', reject);
      child.on('close', () => {
        resolve();
      });
    });

  return {
    play: async (scene) => {
      show(prompt);
      await type(scene.typed);
      if (!scene.typed.startsWith('#')) await runOnTerminal(scene);
      await wait(scene.restSeconds * 1000);
    },
    output: () => output,
    nowSeconds,
  };
};
