import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { stopOnSignals } from '../agent/stop-on-signals.ts';
import { writeOpeningPage } from '../console/opening-page.ts';
import { startConsole, type ConsoleServer } from '../console/start-console.ts';
import { examples, flagsOf, type CommandModule } from './command.ts';
import { CommandError } from './command-error.ts';
import { currentToken } from './current-token.ts';
import { exitCodes } from './exit-codes.ts';
import { findProfile } from './find-profile.ts';
import { reasonOf } from './private-file.ts';
import type { Profile } from './profile.ts';
import type { Terminal } from './terminal.ts';

interface ConsoleFlags {
  readonly print?: true;
  readonly port?: number;
}

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** The package has the page beside its command, which is in one file or in chunks below it. */
const pageDirectoryOf = (): string => {
  const found = ['../console', '../../console']
    .map((path) => join(import.meta.dirname, path))
    .find((directory) => existsSync(join(directory, 'index.html')));
  if (found !== undefined) return found;
  throw new CommandError(
    exitCodes.configuration,
    'The audit page is not built here; in the repository, run: npm run build',
  );
};

const portOf = (text: string): number => {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError('It must be a port from 0 to 65535.');
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

const start = async (
  terminal: Terminal,
  profile: Profile,
  port: number,
): Promise<ConsoleServer> => {
  const pageDirectory = pageDirectoryOf();
  // Now, so that somebody who must log in first is told here and not by an empty page.
  await currentToken(terminal, profile, 'access');
  try {
    return await startConsole({
      api: profile.api,
      pageDirectory,
      port,
      token: async () => (await currentToken(terminal, profile, 'access')).token,
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(
      exitCodes.configuration,
      code === 'EADDRINUSE'
        ? `Port ${String(port)} is in use; choose another with --port, or leave it out.`
        : `The page cannot be served: ${reasonOf(error)}.`,
    );
  }
};

const showConsole = async (
  terminal: Terminal,
  { print, port = 0 }: ConsoleFlags,
  command: Command,
): Promise<undefined> => {
  const profile = await findProfile(terminal, flagsOf(command));
  const server = await start(terminal, profile, port);
  const opening = print || !terminal.isOutputTty ? null : await writeOpeningPage(server.url);
  stopOnSignals({
    stop: async () => {
      await opening?.remove();
      await server.stop();
    },
  });
  terminal.out(`${server.url}\n`);
  terminal.tell('Serving the audit page until you press Ctrl-C.');
  if (opening === null) return undefined;
  terminal.tell(
    (await open(opening.url, terminal.platform))
      ? 'If your browser may not read the file that it was given, open the address above in it.'
      : 'No browser could be started; open the address in one.',
  );
  return undefined;
};

export const command: CommandModule = {
  define: (command, run) => {
    command
      .option('--print', 'only print the address, without starting a browser')
      .option('--port <number>', 'port on this machine; any free one by default', portOf)
      .action(run(showConsole));
    examples(command, 'stepkey console', 'stepkey console --profile audrey --print --port 8710');
  },
};
