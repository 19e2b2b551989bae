import { homedir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from './command-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

type Machine = Pick<Terminal, 'env' | 'platform'>;

const given = (value: string | undefined): string | null =>
  value === undefined || value === '' ? null : value;

const homeOf = ({ env, platform }: Machine): string => {
  const home = given(platform === 'win32' ? env['USERPROFILE'] : env['HOME']) ?? homedir();
  if (home !== '') return home;
  throw new CommandError(
    exitCodes.configuration,
    'This user has no home directory; set HOME, or STEPKEY_CONFIG_FILE and STEPKEY_STATE_DIR.',
  );
};

/**
 * `STEPKEY_CONFIG_FILE`, or config.json where the system keeps settings.
 * @see XDG Base Directory Specification; Apple's File System Programming Guide; Windows Known Folders
 */
export const configFileOf = (machine: Machine): string => {
  const { env, platform } = machine;
  const named = given(env['STEPKEY_CONFIG_FILE']);
  if (named !== null) return named;
  const directory =
    given(env['XDG_CONFIG_HOME']) ??
    (platform === 'win32'
      ? (given(env['APPDATA']) ?? join(homeOf(machine), 'AppData', 'Roaming'))
      : platform === 'darwin'
        ? join(homeOf(machine), 'Library', 'Application Support')
        : join(homeOf(machine), '.config'));
  return join(directory, 'stepkey', 'config.json');
};

/** `STEPKEY_STATE_DIR`, or where the system keeps what programs remember: logins and cached credentials. */
export const stateDirectoryOf = (machine: Machine): string => {
  const { env, platform } = machine;
  const named = given(env['STEPKEY_STATE_DIR']);
  if (named !== null) return named;
  const directory =
    given(env['XDG_STATE_HOME']) ??
    (platform === 'win32'
      ? (given(env['LOCALAPPDATA']) ?? join(homeOf(machine), 'AppData', 'Local'))
      : platform === 'darwin'
        ? join(homeOf(machine), 'Library', 'Application Support')
        : join(homeOf(machine), '.local', 'state'));
  return join(directory, 'stepkey');
};

/** `AWS_CONFIG_FILE`, or where every AWS SDK looks. */
export const awsConfigFileOf = (machine: Machine): string =>
  given(machine.env['AWS_CONFIG_FILE']) ?? join(homeOf(machine), '.aws', 'config');
