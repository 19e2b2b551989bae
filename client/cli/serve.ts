import { InvalidArgumentError, type Command } from 'commander';
import { startAgent } from '../agent/agent.ts';
import { stopOnSignals } from '../agent/stop-on-signals.ts';
import { examples, flagsOf, formatOf, type CommandModule } from './command.ts';
import { CommandError } from './command-error.ts';
import { currentToken } from './current-token.ts';
import { exitCodes } from './exit-codes.ts';
import { explainFailure } from './explain-failure.ts';
import { findProfile } from './find-profile.ts';
import { reasonOf } from './private-file.ts';
import type { Profile } from './profile.ts';
import type { Terminal } from './terminal.ts';

interface ServeOptions {
  readonly profiles?: readonly string[];
  readonly port?: number;
  readonly tokenFile?: string;
}

const portOf = (text: string): number => {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError('It must be a port from 0 to 65535.');
};

/** Nobody signed in is a state, not a failure: the agent says so to whoever asks, until somebody is. */
const tokenSourceOf =
  (terminal: Terminal, profile: Profile) => async (): Promise<string | null> => {
    try {
      return (await currentToken(terminal, profile, 'id')).token;
    } catch (error) {
      const { exitCode, message } = explainFailure(error);
      if (exitCode === exitCodes.notLoggedIn) return null;
      throw new Error(message, { cause: error });
    }
  };

const requireOneBroker = (profiles: readonly Profile[]): string => {
  const apis = [...new Set(profiles.map(({ api }) => api))];
  if (apis.length === 1) return apis[0] ?? '';
  throw new CommandError(
    exitCodes.usage,
    `One agent serves one broker, and these profiles lead to ${String(apis.length)}; start one for each.`,
  );
};

const started = async (terminal: Terminal, options: ServeOptions, profiles: readonly Profile[]) => {
  try {
    return await startAgent({
      api: requireOneBroker(profiles),
      profiles: Object.fromEntries(
        profiles.map((profile) => [profile.name, { token: tokenSourceOf(terminal, profile) }]),
      ),
      port: options.port ?? 0,
      ...(options.tokenFile === undefined ? {} : { tokenFile: options.tokenFile }),
      log: terminal.tell,
    });
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(
      exitCodes.configuration,
      code === 'EADDRINUSE'
        ? `Port ${String(options.port)} is in use; choose another with --port, or leave it out.`
        : `The agent cannot start: ${reasonOf(error)}.`,
    );
  }
};

const serve = async (
  terminal: Terminal,
  options: ServeOptions,
  command: Command,
): Promise<number> => {
  const flags = flagsOf(command);
  const names = options.profiles ?? [undefined];
  const profiles = await Promise.all(
    names.map((name) => findProfile(terminal, name === undefined ? flags : { profile: name })),
  );
  const agent = await started(terminal, options, profiles);
  stopOnSignals(agent);
  const variables = profiles.map(({ name, grant }) => ({
    profile: name,
    ...agent.environment(name, grant),
  }));
  if (formatOf(terminal, command) === 'json') {
    terminal.out(`${JSON.stringify(variables)}\n`);
  } else {
    for (const { profile, ...exports } of variables) {
      terminal.out(`# ${profile}\n`);
      for (const [name, value] of Object.entries(exports)) {
        terminal.out(`export ${name}='${value}'\n`);
      }
    }
  }
  terminal.tell('Serving until it is stopped (Ctrl-C).');
  return new Promise(() => undefined);
};

export const command: CommandModule = {
  define: (command, run) => {
    command
      .option('--profiles <names>', 'which profiles, separated by commas; else the one', (text) =>
        text.split(/[\s,]+/).filter(Boolean),
      )
      .option('--port <number>', 'port on 127.0.0.1; any free one by default', portOf)
      .option('--token-file <path>', "where the agent's bearer is put, mode 0600")
      .action(run(serve));
    examples(
      command,
      'stepkey serve --profiles alice,bob',
      'stepkey serve --port 8703 --token-file ~/.stepkey-agent',
      '',
      'Each profile is at /<profile> and /<profile>/<grant>. One JSON line, or exports with --output text, tells',
      'the variables that every AWS SDK reads.',
    );
  },
};
