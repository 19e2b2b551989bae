import type { Command } from 'commander';
import { readClaims } from '../token-claims.ts';
import { examples, flagsOf, formatOf, type CommandModule } from './command.ts';
import { CommandError } from './command-error.ts';
import { currentToken } from './current-token.ts';
import { exitCodes } from './exit-codes.ts';
import { findProfile } from './find-profile.ts';
import { printOne } from './output.ts';
import type { Terminal } from './terminal.ts';

const timeOf = (epochSeconds: number | null): string | null =>
  epochSeconds === null ? null : new Date(epochSeconds * 1000).toISOString();

const whoami = async (terminal: Terminal, _: object, command: Command): Promise<undefined> => {
  const profile = await findProfile(terminal, flagsOf(command));
  const { token } = await currentToken(terminal, profile, 'id');
  const claims = readClaims(token);
  if (claims === null) {
    throw new CommandError(
      exitCodes.notLoggedIn,
      'What STEPKEY_TOKEN holds is not a token of a user pool; replace it.',
    );
  }
  printOne(terminal, formatOf(terminal, command), {
    username: claims.username,
    sub: claims.sub,
    groups: claims.groups,
    client: claims.clientId,
    issuer: claims.issuer,
    signedInAt: timeOf(claims.authTimeEpochSeconds),
    tokenEndsAt: timeOf(claims.expiresAtEpochSeconds),
    profile: profile.name,
    api: profile.api,
  });
  return undefined;
};

export const command: CommandModule = {
  define: (command, run) => {
    command.action(run(whoami));
    examples(command, 'stepkey whoami', 'stepkey whoami --profile bob --output json');
  },
};
