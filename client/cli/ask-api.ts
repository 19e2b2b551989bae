import type { Command } from 'commander';
import type { BrokerApi } from '../broker-api.ts';
import { readClaims } from '../token-claims.ts';
import { askBroker } from './ask-broker.ts';
import { CommandError } from './command-error.ts';
import { flagsOf } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { findProfile } from './find-profile.ts';
import type { Terminal } from './terminal.ts';

type Request = Omit<Parameters<BrokerApi['request']>[0], 'token'>;

/** What is behind the door, by the beginning of the path; everything else is the auditors'. */
const ofOperators = /^\/v1\/(revocations|replays|redrives)\b/;

/**
 * One request at the access-token door, as the profile that the command line names.
 * @throws as `askBroker`; CommandError denied for a token of somebody whom the path is not for: the gateway says of it only that it does not take it
 */
export const askApi = async (
  terminal: Terminal,
  command: Command,
  request: Request,
): ReturnType<BrokerApi['request']> => {
  const profile = await findProfile(terminal, flagsOf(command));
  let presented = '';
  try {
    return await askBroker(terminal, profile, 'access', (broker, token) => {
      presented = token;
      return broker.request({ ...request, token });
    });
  } catch (error) {
    const isRefused = error instanceof CommandError && error.exitCode === exitCodes.notLoggedIn;
    const [scope, group] = ofOperators.test(request.path)
      ? (['stepkey/revoke', 'operators'] as const)
      : (['stepkey/audit', 'auditors'] as const);
    const claims = readClaims(presented);
    if (!isRefused || claims === null || claims.scopes.includes(scope)) throw error;
    throw new CommandError(
      exitCodes.denied,
      `This is for people of the group ${group}, whose tokens have the scope ${scope}; that of ${claims.username ?? 'this client'} has not.`,
    );
  }
};
