/** Who one is in the identity pool, and for operators what is wrong with a subject's identity and how to mend it. */
import type { Command } from 'commander';
import { askBroker } from '../ask-broker.ts';
import { examples, flagsOf, formatOf, type CommandModule, type Run } from '../command.ts';
import { findProfile } from '../find-profile.ts';
import { printOne } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import type { ChangeOptions, PlaceOptions } from './options.ts';

const identity = async (terminal: Terminal, _: object, command: Command): Promise<undefined> => {
  const profile = await findProfile(terminal, flagsOf(command));
  const answer = await askBroker(terminal, profile, 'id', (broker, token) =>
    broker.identity(token),
  );
  printOne(terminal, formatOf(terminal, command), answer);
  return undefined;
};

const addPlaceOptions = (command: Command): Command =>
  command
    .option('--table <name>', "the broker's table (STEPKEY_TABLE)")
    .option('--identity-pool-id <id>', 'the identity pool (STEPKEY_IDENTITY_POOL_ID)')
    .option('--developer-provider <name>', 'its developer provider (STEPKEY_DEVELOPER_PROVIDER)')
    .option('--region <name>', 'where they are (STEPKEY_REGION)')
    .option('--aws-endpoint <url>', 'instead of AWS (STEPKEY_AWS_ENDPOINT)');

const addChangeOptions = (command: Command): Command =>
  addPlaceOptions(command)
    .requiredOption('-r, --reason <text>', 'why; part of the record')
    .option('-y, --yes', 'do not ask');

// The clients of AWS are loaded only for whoever mends something.
const addOperations = (command: Command, run: Run): void => {
  addPlaceOptions(command.command('show <subject>'))
    .description('what the registry and the identity pool say of it, and whether they agree')
    .action(
      run(async (terminal: Terminal, subject: string, options: PlaceOptions, self: Command) =>
        (await import('./operate.ts')).show(terminal, subject, options, self),
      ),
    );
  addChangeOptions(command.command('link <subject>'))
    .description('correct the registry to what the identity pool says')
    .action(
      run(async (terminal: Terminal, subject: string, options: ChangeOptions, self: Command) =>
        (await import('./operate.ts')).link(terminal, subject, options, self),
      ),
    );
  addChangeOptions(command.command('adopt <subject>'))
    .description("after Identity.Conflict: keep the identity of the person's own login")
    .action(
      run(async (terminal: Terminal, subject: string, options: ChangeOptions, self: Command) =>
        (await import('./operate.ts')).adopt(terminal, subject, options, self),
      ),
    );
  addChangeOptions(command.command('merge <subject>'))
    .description('give two subjects that are one person one identity')
    .requiredOption('--into <subject>', 'whose identity stays')
    .action(
      run(
        async (
          terminal: Terminal,
          subject: string,
          options: ChangeOptions & { readonly into: string },
          self: Command,
        ) => (await import('./operate.ts')).merge(terminal, subject, options, self),
      ),
    );
};

export const command: CommandModule = {
  define: (command, run) => {
    command.action(run(identity));
    addOperations(command, run);
    examples(
      command,
      'stepkey identity',
      'stepkey identity --output json | jq -r .identityId',
      'stepkey identity show users:7f3a…',
      'stepkey identity adopt users:7f3a… --reason "case 4711"',
      'stepkey identity merge partners:91c0… --into users:7f3a… --reason "one person"',
    );
  },
};
