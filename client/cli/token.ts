import type { Command } from 'commander';
import { examples, flagsOf, type CommandModule } from './command.ts';
import { currentToken } from './current-token.ts';
import { findProfile } from './find-profile.ts';
import type { Terminal } from './terminal.ts';

const token = async (
  terminal: Terminal,
  { access }: { readonly access?: true },
  command: Command,
): Promise<undefined> => {
  const profile = await findProfile(terminal, flagsOf(command));
  const current = await currentToken(terminal, profile, access ? 'access' : 'id');
  terminal.out(`${current.token}\n`);
  return undefined;
};

export const command: CommandModule = {
  define: (command, run) => {
    command.option('--access', 'the access token instead').action(run(token));
    examples(
      command,
      'curl -X POST "$STEPKEY_API/v1/decisions" -H "Authorization: Bearer $(stepkey token)"',
      'stepkey token --access --profile audrey',
    );
  },
};
