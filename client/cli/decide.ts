import type { Command } from 'commander';
import { askBroker } from './ask-broker.ts';
import { addGrantOptions, examples, flagsOf, formatOf, type CommandModule } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { findProfile } from './find-profile.ts';
import { wishOf } from './obtain-credentials.ts';
import { printOne } from './output.ts';
import type { Terminal } from './terminal.ts';

const decide = async (terminal: Terminal, _: object, command: Command): Promise<number> => {
  const profile = await findProfile(terminal, flagsOf(command));
  const decision = await askBroker(terminal, profile, 'id', (broker, token) =>
    broker.decision(token, wishOf(profile)),
  );
  printOne(terminal, formatOf(terminal, command), decision);
  if (decision.outcome === 'allowed') return exitCodes.ok;
  if (decision.choices) terminal.tell(`stepkey: Choose one of: ${decision.choices.join(', ')}`);
  else if (!decision.trace) terminal.tell('stepkey: Why in detail, an auditor can see.');
  return exitCodes.denied;
};

export const command: CommandModule = {
  define: (command, run) => {
    addGrantOptions(command).action(run(decide));
    examples(
      command,
      'stepkey decide --grant own-files',
      'stepkey decide --output json | jq -r .sessionPolicy',
    );
  },
};
