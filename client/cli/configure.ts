import { readFile, stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { withAwsProfile } from './aws-profile.ts';
import { examples, flagsOf, type CommandModule } from './command.ts';
import { CommandError } from './command-error.ts';
import {
  readConfigFile,
  requireProfileName,
  writeConfigFile,
  type ProfileSettings,
} from './config-file.ts';
import { readDeploymentFile } from './deployment-file.ts';
import { exitCodes } from './exit-codes.ts';
import { profileNameOf, profileOf } from './find-profile.ts';
import { ownCommandLine } from './own-command-line.ts';
import { awsConfigFileOf, configFileOf } from './places.ts';
import { isMissing, reasonOf, writePrivateFile } from './private-file.ts';
import { readSecretFile } from './ask-person.ts';
import type { Terminal } from './terminal.ts';

interface ConfigureOptions {
  readonly endpoints?: string;
  readonly client: string;
  readonly api?: string;
  readonly userPoolId?: string;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly tokenEndpoint?: string;
  readonly scopes?: string;
  readonly username?: string;
  readonly grant?: string;
  readonly roleArn?: string;
  readonly subject?: string;
  readonly region?: string;
  /** False for `--no-aws-profile`. */
  readonly awsProfile?: string | false;
  readonly default?: true;
  readonly force?: true;
}

const settingsOf = async (
  terminal: Terminal,
  options: ConfigureOptions,
): Promise<ProfileSettings> => {
  const deployment =
    options.endpoints === undefined
      ? {}
      : await readDeploymentFile(options.endpoints, options.client);
  const { api, userPoolId, clientId, tokenEndpoint, scopes, username, grant, roleArn, subject } =
    options;
  const own = {
    ...{ api, userPoolId, clientId, tokenEndpoint, scopes, username, grant, roleArn, subject },
    region: options.region,
    ...(options.clientSecretFile === undefined
      ? {}
      : { clientSecret: await readSecretFile(terminal, options.clientSecretFile) }),
  };
  return {
    ...deployment,
    ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
  };
};

const requireName = (name: string): string => {
  if (/^[\w.@+/-]{1,128}$/.test(name)) return name;
  throw new CommandError(exitCodes.usage, `"${name}" is no name for an AWS profile.`);
};

/** @returns whether anything changed */
const writeAwsProfile = async (
  terminal: Terminal,
  file: string,
  awsProfile: string,
  settings: Readonly<Record<string, string>>,
  force: boolean,
): Promise<boolean> => {
  let before = '';
  let mode = 0o600;
  try {
    before = await readFile(file, 'utf8');
    mode = (await stat(file)).mode & 0o777;
  } catch (error) {
    if (!isMissing(error)) {
      throw new CommandError(
        exitCodes.configuration,
        `${file} cannot be read: ${reasonOf(error)}. Choose another with AWS_CONFIG_FILE, or leave it out with --no-aws-profile.`,
      );
    }
  }
  const after = withAwsProfile(before, { name: awsProfile, settings }, force);
  if (after === before) return false;
  await writePrivateFile(file, after, mode);
  return true;
};

const configure = async (
  terminal: Terminal,
  options: ConfigureOptions,
  command: Command,
): Promise<undefined> => {
  const flags = { profile: flagsOf(command).profile };
  const file = configFileOf(terminal);
  const config = await readConfigFile(file);
  const name = requireProfileName(profileNameOf(terminal, flags, config));
  const known = Object.hasOwn(config.profiles, name) ? config.profiles[name] : undefined;
  const given = await settingsOf(terminal, options);
  // A deployment's file describes all of it: what the profile said of another one must not stay.
  const kept = options.endpoints === undefined ? known : { username: known?.username };
  const settings = Object.fromEntries(
    Object.entries({ ...kept, ...given }).filter(([, value]) => value !== undefined),
  ) as ProfileSettings;
  if (settings.api === undefined) {
    throw new CommandError(
      exitCodes.usage,
      'Say which deployment: --endpoints <file>, or --api <url> --user-pool-id <id> --client-id <id>.',
    );
  }
  const isFirst = Object.keys(config.profiles).length === 0;
  const updated = {
    defaultProfile: options.default || isFirst ? name : config.defaultProfile,
    profiles: { ...config.profiles, [name]: settings },
  };
  // Checked before it is written, as every command would read it.
  const profile = profileOf(name, settings, { env: {} });
  if (JSON.stringify(updated) !== JSON.stringify(config)) await writeConfigFile(file, updated);
  terminal.tell(`Profile "${name}" leads to ${profile.api} (${file}).`);
  if (options.awsProfile !== false) {
    const awsProfile = requireName(
      options.awsProfile ?? (name === 'default' ? 'stepkey' : `stepkey-${name}`),
    );
    const awsFile = awsConfigFileOf(terminal);
    const isChanged = await writeAwsProfile(
      terminal,
      awsFile,
      awsProfile,
      {
        credential_process: ownCommandLine(terminal, ['credential-process', '--profile', name]),
        ...(profile.region === null ? {} : { region: profile.region }),
        ...(profile.awsEndpoint === null ? {} : { endpoint_url: profile.awsEndpoint }),
      },
      options.force === true,
    );
    terminal.tell(
      `AWS profile "${awsProfile}" ${isChanged ? 'is written' : 'was there already'} (${awsFile}).`,
    );
  }
  if (profile.signIn?.machine === null) {
    const who = profile.username ?? '<name>';
    terminal.tell(
      `Next: stepkey login${updated.defaultProfile === name ? '' : ` --profile ${name}`} --username ${who}`,
    );
  }
  return undefined;
};

export const command: CommandModule = {
  define: (command, run) => {
    command
      .option('--endpoints <file>', "a twin's endpoints.json, or the file of cdk's --outputs-file")
      .option('--client <name>', 'which of its app clients', 'cli')
      .option('--api <url>', "the broker's address")
      .option('--user-pool-id <id>', 'where people sign in')
      .option('--client-id <id>', 'the app client')
      .option('--client-secret-file <path>', 'its secret, for a client that has one')
      .option('--token-endpoint <url>', 'where a machine gets its tokens')
      .option('--scopes <list>', 'what a machine asks for, separated by spaces')
      .option('--region <name>', 'AWS Region; by default that of the user pool')
      .option('-u, --username <name>', 'who logs in when login is not told')
      .option('-g, --grant <name>', 'grant to ask for')
      .option('--role-arn <arn>', 'role to ask for, where the grant takes the role from the token')
      .option('--subject <id>', 'whom a machine acts for')
      .option('--aws-profile <name>', 'name of the AWS profile; stepkey-<profile> by default')
      .option('--no-aws-profile', 'write none')
      .option('--default', 'make it the default profile')
      .option('--force', "write over an AWS profile of somebody else's making")
      .action(run(configure));
    examples(
      command,
      'stepkey configure --endpoints .stepkey/endpoints.json',
      'stepkey configure --endpoints outputs.json --profile bob --username bob --grant team-read',
      'stepkey configure --endpoints .stepkey/endpoints.json --profile nightly --client batch',
      'stepkey configure --api https://ID.execute-api.REGION.amazonaws.com/v1 --user-pool-id ID --client-id ID',
    );
  },
};
