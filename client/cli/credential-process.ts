import type { Command } from 'commander';
import { addGrantOptions, examples, flagsOf, type CommandModule } from './command.ts';
import { findProfile } from './find-profile.ts';
import { obtainCredentials } from './obtain-credentials.ts';
import type { Terminal } from './terminal.ts';

/** @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html */
const credentialProcess = async (
  terminal: Terminal,
  _: object,
  command: Command,
): Promise<undefined> => {
  const profile = await findProfile(terminal, flagsOf(command));
  const { credentials } = await obtainCredentials(terminal, profile);
  terminal.out(
    `${JSON.stringify({
      Version: 1,
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: credentials.expiration,
    })}\n`,
  );
  return undefined;
};

export const command: CommandModule = {
  define: (command, run) => {
    addGrantOptions(command).action(run(credentialProcess));
    examples(
      command,
      'In ~/.aws/config, as `stepkey configure` writes it:',
      '  [profile alice]',
      '  credential_process = stepkey credential-process --profile alice --grant own-files',
    );
  },
};
