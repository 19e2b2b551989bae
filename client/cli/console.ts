import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { examples, flagsOf, type CommandModule } from './command.ts';
import { findProfile } from './find-profile.ts';
import type { Terminal } from './terminal.ts';

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Resolves with whether something took the address. */
const open = (url: string, platform: NodeJS.Platform): Promise<boolean> =>
  new Promise((resolve) => {
    const [file = '', ...args] = openers[platform] ?? ['xdg-open'];
    const child = spawn(file, [...args, url], { stdio: 'ignore', detached: true });
    child.on('error', () => {
      resolve(false);
    });
    child.on('spawn', () => {
      child.unref();
      resolve(true);
    });
  });

const showConsole = async (
  terminal: Terminal,
  { print }: { readonly print?: true },
  command: Command,
): Promise<undefined> => {
  const { consoleUrl } = await findProfile(terminal, flagsOf(command));
  terminal.out(`${consoleUrl}\n`);
  if (print || !terminal.isOutputTty) return undefined;
  if (!(await open(consoleUrl, terminal.platform))) {
    terminal.tell('No browser could be started; open the address in one.');
  }
  return undefined;
};

export const command: CommandModule = {
  define: (command, run) => {
    command.option('--print', 'only print its address').action(run(showConsole));
    examples(command, 'stepkey console', 'stepkey console --print');
  },
};
