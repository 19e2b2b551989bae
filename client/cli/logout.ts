import type { Command } from 'commander';
import { revokeToken, UserPoolRefusal, UserPoolUnavailable } from '../user-pool.ts';
import { examples, flagsOf, type CommandModule } from './command.ts';
import { clearCache } from './credential-cache.ts';
import { appClientOf } from './current-token.ts';
import { exitCodes } from './exit-codes.ts';
import { findProfile } from './find-profile.ts';
import { loginFileOf, readLogin, removeLogin } from './login-store.ts';
import type { Terminal } from './terminal.ts';

/** The tokens go first: what the user pool says about them changes nothing on this machine. */
const logout = async (
  terminal: Terminal,
  _: object,
  command: Command,
): Promise<number | undefined> => {
  const profile = await findProfile(terminal, flagsOf(command));
  const file = loginFileOf(terminal, profile);
  const login = await readLogin(file);
  await removeLogin(file);
  await clearCache(terminal, profile);
  if (login === null || profile.signIn === null) {
    terminal.tell(`Nobody was logged in, profile "${profile.name}".`);
    return exitCodes.ok;
  }
  if (login.refreshToken !== null) {
    try {
      await revokeToken(appClientOf(profile.signIn), login.refreshToken);
    } catch (error) {
      if (!(error instanceof UserPoolRefusal || error instanceof UserPoolUnavailable)) throw error;
      terminal.tell(
        `The tokens are gone from this machine, but the user pool could not be told: ${error.message} They end by themselves.`,
      );
      return exitCodes.unavailable;
    }
  }
  terminal.tell(`Logged out ${login.username}, profile "${profile.name}".`);
  return exitCodes.ok;
};

export const command: CommandModule = {
  define: (command, run) => {
    command.action(run(logout));
    examples(command, 'stepkey logout', 'stepkey logout --profile bob');
  },
};
