/** The built command beside a twin of the demonstration. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Twin } from '../../../local/twin.ts';
import { buildCommandUnderTest, type CommandUnderTest } from '../command.ts';
import { startDemoTwin } from './demo-twin.ts';

export interface CommandAtTwin {
  readonly twin: Twin;
  readonly stepkey: CommandUnderTest;
  /** The twin's endpoints.json. */
  readonly endpointsFile: string;
  /** Where each of `people` has logged in, under a profile of their name. */
  readonly home: string;
  readonly stop: () => Promise<void>;
}

/** @param people names of the demonstration's users */
export const startCommandAtTwin = async (...people: readonly string[]): Promise<CommandAtTwin> => {
  const [twin, stepkey] = await Promise.all([startDemoTwin(), buildCommandUnderTest()]);
  const home = await stepkey.home();
  const endpointsFile = join(stepkey.directory, 'endpoints.json');
  await writeFile(endpointsFile, JSON.stringify(twin.endpoints), { mode: 0o600 });
  for (const name of people) {
    const profile = ['--profile', name, '--username', name];
    await stepkey.run(home, ['configure', '--endpoints', endpointsFile, ...profile]);
    await stepkey.run(home, ['login', '--password-stdin', ...profile], {
      input: 'Correct-horse-1\n',
    });
  }
  return {
    twin,
    stepkey,
    endpointsFile,
    home,
    stop: async () => {
      await twin.stop();
      await stepkey.remove();
    },
  };
};
