import { Option, type Command } from 'commander';
import { readClaims } from '../token-claims.ts';
import { UserPoolRefusal } from '../user-pool.ts';
import { askSecret, askText, readSecretFile, readSecretLines } from './ask-person.ts';
import { collectPairs, examples, flagsOf, type CommandModule } from './command.ts';
import { CommandError } from './command-error.ts';
import { clearCache } from './credential-cache.ts';
import { appClientOf, currentToken, newSealingSecret } from './current-token.ts';
import { exitCodes } from './exit-codes.ts';
import { findProfile } from './find-profile.ts';
import { loginFileOf, writeLogin } from './login-store.ts';
import type { Profile } from './profile.ts';
import { withProgress } from './progress.ts';
import { signIn, type Flow } from './sign-in.ts';
import type { Terminal } from './terminal.ts';

interface LoginOptions {
  readonly username?: string;
  readonly flow?: Flow;
  readonly passwordStdin?: true;
  readonly passwordFile?: string;
  readonly newPasswordFile?: string;
  readonly attribute?: Readonly<Record<string, string>>;
}

interface Passwords {
  readonly current: string;
  readonly next: () => Promise<string>;
}

const mustChange =
  'The password must be changed: log in at a terminal, or give the new one with --new-password-file or as the second line of --password-stdin.';

const askNewPassword = async (terminal: Terminal): Promise<string> => {
  if (terminal.isInteractive) terminal.tell('The password must be changed.');
  const first = await askSecret(terminal, 'New password', mustChange);
  const second = await askSecret(terminal, 'The same again', mustChange);
  if (first === second) return first;
  terminal.tell('The two are not the same.');
  return askNewPassword(terminal);
};

const passwordsOf = async (
  terminal: Terminal,
  options: LoginOptions,
  username: string,
): Promise<Passwords> => {
  const { newPasswordFile } = options;
  const next =
    newPasswordFile === undefined
      ? () => askNewPassword(terminal)
      : () => readSecretFile(terminal, newPasswordFile);
  if (options.passwordStdin) {
    const [current = '', second = ''] = await readSecretLines();
    if (current === '') {
      throw new CommandError(exitCodes.usage, 'There is no password on standard input.');
    }
    return { current, next: second === '' ? next : () => Promise.resolve(second) };
  }
  if (options.passwordFile !== undefined) {
    return { current: await readSecretFile(terminal, options.passwordFile), next };
  }
  const current = await askSecret(
    terminal,
    `Password of ${username}`,
    'There is no terminal to ask for the password; use --password-stdin or --password-file.',
  );
  return { current, next };
};

const explained = (error: unknown): unknown =>
  error instanceof UserPoolRefusal
    ? new CommandError(
        exitCodes.notLoggedIn,
        `The user pool refused the sign-in: ${error.message.replace(/\.?$/, '.')}${whatNow(error)}`,
      )
    : error;

const whatNow = ({ code, message }: UserPoolRefusal): string => {
  if (code === 'ResourceNotFoundException' || /client/i.test(message)) {
    return ' Correct the app client with: stepkey configure';
  }
  if (code === 'InvalidPasswordException') return ' Choose another new password.';
  if (message.includes('not enabled')) return ' Try another --flow.';
  return message.includes('disabled') ? ' Ask an administrator.' : ' Check name and password.';
};

const loginMachine = async (terminal: Terminal, profile: Profile): Promise<undefined> => {
  const { token } = await currentToken(terminal, profile, 'access');
  const scopes = profile.signIn?.machine?.scopes.join(' ') ?? '';
  terminal.tell(
    `Profile "${profile.name}" is a machine's and logs in by itself (${readClaims(token)?.clientId ?? 'client'}: ${scopes}).`,
  );
  return undefined;
};

const login = async (
  terminal: Terminal,
  options: LoginOptions,
  command: Command,
): Promise<undefined> => {
  const profile = await findProfile(terminal, flagsOf(command));
  const settings = profile.signIn;
  if (settings === null) {
    throw new CommandError(
      exitCodes.configuration,
      `Profile "${profile.name}" does not say where to sign in; run: stepkey configure --profile ${profile.name} --user-pool-id <id> --client-id <id>`,
    );
  }
  if (settings.machine !== null) return loginMachine(terminal, profile);
  const username =
    options.username ??
    profile.username ??
    (await askText(terminal, 'User name', 'Say who logs in: --username <name>'));
  const passwords = await passwordsOf(terminal, options, username);
  const tokens = await withProgress(terminal, 'Signing in', () =>
    signIn({
      client: appClientOf(settings),
      userPoolId: settings.userPoolId,
      flow: options.flow ?? null,
      username,
      password: passwords.current,
      newPassword: passwords.next,
      attributes: options.attribute ?? {},
    }),
  ).catch((error: unknown) => {
    throw explained(error);
  });
  const claims = readClaims(tokens.idToken ?? tokens.accessToken);
  await clearCache(terminal, profile);
  await writeLogin(loginFileOf(terminal, profile), {
    format: 1,
    username: claims?.username ?? username,
    idToken: tokens.idToken,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    sealingSecret: newSealingSecret(),
  });
  const groups = claims?.groups ?? [];
  const inGroups = groups.length === 0 ? 'in no group' : `in ${groups.join(', ')}`;
  terminal.tell(
    `Logged in as ${claims?.username ?? username} (${inGroups}), profile "${profile.name}".`,
  );
  return undefined;
};

export const command: CommandModule = {
  define: (command, run) => {
    command
      .option('-u, --username <name>', 'who logs in (STEPKEY_USERNAME)')
      .addOption(
        new Option('--flow <flow>', 'how: SRP, and by password where SRP is not allowed').choices([
          'srp',
          'password',
        ]),
      )
      .option('--password-stdin', 'take the password from the first line of standard input')
      .option('--password-file <path>', 'take it from the first line of a file')
      .option('--new-password-file <path>', 'where the new one is, when it must be changed')
      .option(
        '--attribute <name=value>',
        'an attribute that the pool demands of a new user; may be given many times',
        collectPairs,
      )
      .action(run(login));
    examples(
      command,
      'stepkey login --username alice',
      'stepkey login --profile bob --username bob',
      'stepkey login --username alice --password-file /run/secrets/password',
      'pass show work | stepkey login --username alice --password-stdin',
    );
  },
};
