import { Option, type Command } from 'commander';
import { awsVariablesOf, competingVariables } from './aws-environment.ts';
import { addGrantOptions, examples, flagsOf, type CommandModule } from './command.ts';
import { findProfile } from './find-profile.ts';
import { obtainCredentials } from './obtain-credentials.ts';
import type { Terminal } from './terminal.ts';

interface Shell {
  readonly set: (name: string, value: string) => string;
  readonly unset: (name: string) => string;
}

const shells = {
  sh: {
    set: (name, value) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
    unset: (name) => `unset ${name}`,
  },
  fish: {
    set: (name, value) =>
      `set -gx ${name} '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
    unset: (name) => `set -e ${name}`,
  },
  powershell: {
    set: (name, value) => `$Env:${name} = '${value.replaceAll("'", "''")}'`,
    unset: (name) => `$Env:${name} = $null`,
  },
} as const satisfies Readonly<Record<string, Shell>>;
type ShellName = keyof typeof shells;

const env = async (
  terminal: Terminal,
  { shell }: { readonly shell: ShellName },
  command: Command,
): Promise<undefined> => {
  const profile = await findProfile(terminal, flagsOf(command));
  const answer = await obtainCredentials(terminal, profile);
  const { set, unset }: Shell = shells[shell];
  const lines = [
    ...competingVariables.filter((name) => terminal.env[name]).map(unset),
    ...Object.entries(awsVariablesOf(answer, profile, terminal.env)).map(([name, value]) =>
      set(name, value),
    ),
  ];
  terminal.out(`${lines.join('\n')}\n`);
  if (terminal.isOutputTty) terminal.tell('To use them in this shell: eval "$(stepkey env)"');
  return undefined;
};

export const command: CommandModule = {
  define: (command, run) => {
    addGrantOptions(command)
      .addOption(
        new Option('--shell <name>', 'whose words to use')
          .choices(Object.keys(shells))
          .default('sh'),
      )
      .action(run(env));
    examples(
      command,
      'eval "$(stepkey env --grant own-files)"',
      'stepkey env --shell fish | source',
    );
  },
};
