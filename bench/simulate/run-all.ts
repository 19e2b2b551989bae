/** Runs scenarios beside each other, one for each core. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Measures } from './measures.ts';
import type { Scenario } from './scenario.ts';

export interface Simulated {
  readonly scenario: Scenario & { readonly says: string };
  readonly measures: Measures;
  readonly tookSeconds: number;
}

const entry = fileURLToPath(new URL('./scenario-process.ts', import.meta.url));

const runOne = async (name: string, quick: boolean): Promise<Simulated> => {
  const child = fork(entry, [quick ? '--quick' : '--full', name]);
  const ended = once(child, 'close');
  const told: Simulated[] = [];
  child.once('message', (message) => {
    told.push(message as Simulated);
  });
  await ended;
  const [simulated] = told;
  if (simulated === undefined) throw new Error(`The scenario ${name} did not come to its end`);
  return simulated;
};

export const runAll = async (
  names: readonly string[],
  quick: boolean,
  progress: (done: Simulated) => void,
): Promise<readonly Simulated[]> => {
  const left = [...names];
  const done: Simulated[] = [];
  const work = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const simulated = await runOne(name, quick);
      done.push(simulated);
      progress(simulated);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return names.flatMap((name) => done.find(({ scenario }) => scenario.name === name) ?? []);
};
