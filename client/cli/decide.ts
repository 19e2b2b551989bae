import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { BrokerError } from '../broker-error.ts';
import { askBroker } from './ask-broker.ts';
import { addGrantOptions, examples, flagsOf, formatOf, type CommandModule } from './command.ts';
import { CommandError } from './command-error.ts';
import { isScopeMissing } from './explain-failure.ts';
import { exitCodes } from './exit-codes.ts';
import { findProfile } from './find-profile.ts';
import { printTrace } from './grant-trace.ts';
import { wishOf } from './obtain-credentials.ts';
import { printOne } from './output.ts';
import { reasonOf } from './private-file.ts';
import type { Terminal } from './terminal.ts';

interface DecideOptions {
  readonly claims?: string;
  readonly client?: string;
}

/** @throws CommandError configuration for a file that cannot be read, usage for one that is no JSON object */
const readClaims = async (file: string): Promise<Readonly<Record<string, unknown>>> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandError(
      exitCodes.configuration,
      `The file ${file} cannot be read: ${reasonOf(error)}.`,
    );
  });
  try {
    const claims: unknown = JSON.parse(text);
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) {
      return { ...claims };
    }
  } catch {
    // Said below.
  }
  throw new CommandError(
    exitCodes.usage,
    `The file ${file} must hold claims as a JSON object, as {"cognito:groups": ["readers"]}.`,
  );
};

const decide = async (
  terminal: Terminal,
  { claims: file, client }: DecideOptions,
  command: Command,
): Promise<number> => {
  if (client !== undefined && file === undefined) {
    throw new CommandError(
      exitCodes.usage,
      '--client is for --claims: through whom they would ask.',
    );
  }
  const profile = await findProfile(terminal, flagsOf(command));
  const claims = file === undefined ? null : await readClaims(file);
  const caller = claims === null ? {} : { caller: { claims, ...(client ? { client } : {}) } };
  const decision = await askBroker(terminal, profile, 'id', (broker, token) =>
    broker.decision(token, { ...wishOf(profile), ...caller }),
  ).catch((error: unknown) => {
    if (claims === null || !(error instanceof BrokerError) || !isScopeMissing(error)) throw error;
    throw new CommandError(
      exitCodes.denied,
      'Only people of the group auditors may ask what others would get.',
    );
  });
  const format = formatOf(terminal, command);
  if (format === 'json') printOne(terminal, format, decision);
  else {
    printOne(terminal, format, {
      ...decision,
      sessionPolicyParts: decision.sessionPolicyParts?.map(
        ({ part, characters }) => `${part} ${String(characters)}`,
      ),
      trace: undefined,
    });
    if (decision.trace !== undefined) printTrace(terminal, format, decision.trace);
  }
  if (decision.outcome === 'allowed') return exitCodes.ok;
  if (decision.choices) terminal.tell(`stepkey: Choose one of: ${decision.choices.join(', ')}`);
  else if (!decision.trace) terminal.tell('stepkey: Why in detail, an auditor can see.');
  return exitCodes.denied;
};

export const command: CommandModule = {
  define: (command, run) => {
    addGrantOptions(command)
      .option('--claims <file>', 'decide for a token with these claims; for auditors')
      .option('--client <name>', 'the app client that such a token would be of')
      .action(run(decide));
    examples(
      command,
      'stepkey decide --grant own-files',
      'stepkey decide --output json | jq -r .sessionPolicy',
      'stepkey decide --claims newcomer.json --client app',
    );
  },
};
