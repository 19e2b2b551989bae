import { InvalidArgumentError, type Command } from 'commander';
import { askBroker } from './ask-broker.ts';
import { addGrantOptions, examples, flagsOf, formatOf, type CommandModule } from './command.ts';
import { findProfile } from './find-profile.ts';
import { wishOf } from './obtain-credentials.ts';
import { printOne } from './output.ts';
import type { Terminal } from './terminal.ts';

const secondsOf = (text: string): number => {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number of seconds.');
};

/** Always the broker's own answer, never this machine's cache: it says whether they were minted, and under which record. */
const credentials = async (
  terminal: Terminal,
  { minTtl }: { readonly minTtl?: number },
  command: Command,
): Promise<undefined> => {
  const profile = await findProfile(terminal, flagsOf(command));
  const wish = { ...wishOf(profile), ...(minTtl === undefined ? {} : { minTtlSeconds: minTtl }) };
  const answer = await askBroker(terminal, profile, 'id', (broker, token) =>
    broker.credentials(token, wish),
  );
  const format = formatOf(terminal, command);
  const { credentials: secret, ...rest } = answer;
  printOne(terminal, format, format === 'json' ? answer : { ...secret, ...rest });
  return undefined;
};

export const command: CommandModule = {
  define: (command, run) => {
    addGrantOptions(command)
      .option('--min-ttl <seconds>', 'how much life they must have left', secondsOf)
      .action(run(credentials));
    examples(
      command,
      'stepkey credentials --grant own-files',
      'stepkey credentials --output json | jq -r .sessionId',
    );
  },
};
