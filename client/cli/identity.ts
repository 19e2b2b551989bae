import type { Command } from 'commander';
import { askBroker } from './ask-broker.ts';
import { examples, flagsOf, formatOf, type CommandModule } from './command.ts';
import { findProfile } from './find-profile.ts';
import { printOne } from './output.ts';
import type { Terminal } from './terminal.ts';

const identity = async (terminal: Terminal, _: object, command: Command): Promise<undefined> => {
  const profile = await findProfile(terminal, flagsOf(command));
  const answer = await askBroker(terminal, profile, 'id', (broker, token) =>
    broker.identity(token),
  );
  printOne(terminal, formatOf(terminal, command), answer);
  return undefined;
};

export const command: CommandModule = {
  define: (command, run) => {
    command.action(run(identity));
    examples(command, 'stepkey identity', 'stepkey identity --output json | jq -r .identityId');
  },
};
