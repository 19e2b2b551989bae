/** Which deployment a command speaks to: what is said on the command line, then in the environment, then in the settings file. */
import { apiUrlOf } from '../api-url.ts';
import { CommandError } from './command-error.ts';
import {
  readConfigFile,
  requireProfileName,
  type ConfigFile,
  type ProfileSettings,
  type SettingName,
} from './config-file.ts';
import { exitCodes } from './exit-codes.ts';
import { configFileOf } from './places.ts';
import type { Profile, SignInSettings } from './profile.ts';
import type { Terminal } from './terminal.ts';

/** What the command line may say. */
export interface ProfileFlags {
  readonly profile?: string | undefined;
  readonly api?: string | undefined;
  readonly grant?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly subject?: string | undefined;
}

/** Each setting's environment variable. */
const variables: Readonly<Record<SettingName, string>> = {
  api: 'STEPKEY_API',
  region: 'STEPKEY_REGION',
  awsEndpoint: 'STEPKEY_AWS_ENDPOINT',
  table: 'STEPKEY_TABLE',
  identityPoolId: 'STEPKEY_IDENTITY_POOL_ID',
  developerProvider: 'STEPKEY_DEVELOPER_PROVIDER',
  userPoolId: 'STEPKEY_USER_POOL_ID',
  userPoolEndpoint: 'STEPKEY_USER_POOL_ENDPOINT',
  clientId: 'STEPKEY_CLIENT_ID',
  clientSecret: 'STEPKEY_CLIENT_SECRET',
  tokenEndpoint: 'STEPKEY_TOKEN_ENDPOINT',
  scopes: 'STEPKEY_SCOPES',
  username: 'STEPKEY_USERNAME',
  grant: 'STEPKEY_GRANT',
  roleArn: 'STEPKEY_ROLE_ARN',
  subject: 'STEPKEY_SUBJECT',
};

const given = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

const settingsFrom = (env: Terminal['env']): ProfileSettings =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([setting, variable]) => {
      const value = env[variable];
      return value === undefined || value === '' ? [] : [[setting, value]];
    }),
  );

const settingsIn = ({ api, grant, roleArn, subject }: ProfileFlags): ProfileSettings =>
  Object.fromEntries(
    Object.entries({ api, grant, roleArn, subject }).filter(([, value]) => value !== undefined),
  );

const givenTokenIn = ({ env }: Pick<Terminal, 'env'>): Profile['givenToken'] => {
  const file = env['STEPKEY_TOKEN_FILE'];
  if (file !== undefined && file !== '') return { file };
  const text = env['STEPKEY_TOKEN'];
  return text === undefined || text === '' ? null : { text };
};

const nothingKnown = (name: string, config: ConfigFile): CommandError => {
  const names = Object.keys(config.profiles);
  return new CommandError(
    exitCodes.configuration,
    names.length === 0
      ? 'No deployment is configured; run: stepkey configure --endpoints <file> (a twin writes .stepkey/endpoints.json), or set STEPKEY_API.'
      : `There is no profile "${name}"; there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}. Choose one with --profile, or make it: stepkey configure --profile ${name}`,
  );
};

/** The user pool's id begins with its Region. */
const regionOf = ({ region, userPoolId }: ProfileSettings): string | null =>
  region ?? /^([a-z0-9-]+)_[A-Za-z0-9]+$/.exec(userPoolId ?? '')?.[1] ?? null;

const signInOf = (settings: ProfileSettings, region: string | null): SignInSettings | null => {
  const { userPoolId, clientId, tokenEndpoint, scopes } = settings;
  if (userPoolId === undefined || clientId === undefined) return null;
  return {
    userPoolId,
    clientId,
    clientSecret: settings.clientSecret ?? null,
    userPoolEndpoint:
      settings.userPoolEndpoint ?? `https://cognito-idp.${region ?? 'us-east-1'}.amazonaws.com`,
    machine:
      tokenEndpoint === undefined || scopes === undefined
        ? null
        : { tokenEndpoint, scopes: scopes.split(/\s+/).filter((scope) => scope !== '') },
  };
};

/** Secrets and tokens go to these addresses, so they are held to the API's rule. */
const requireAddress = (what: string, text: string): string => {
  try {
    return apiUrlOf(text);
  } catch {
    throw new CommandError(
      exitCodes.configuration,
      `${what} "${text}" must be an https:// address (http:// only on this machine); correct it with: stepkey configure`,
    );
  }
};

/** @throws CommandError configuration for an address that nothing secret may be sent to */
export const profileOf = (
  name: string,
  settings: ProfileSettings,
  terminal: Pick<Terminal, 'env'>,
): Profile => {
  const api = requireAddress("The API's address", settings.api ?? '');
  const region = regionOf(settings);
  const signIn = signInOf(settings, region);
  if (signIn !== null) requireAddress("The user pool's endpoint", signIn.userPoolEndpoint);
  if (signIn?.machine) requireAddress('The token endpoint', signIn.machine.tokenEndpoint);
  return {
    name,
    api,
    region,
    awsEndpoint: settings.awsEndpoint ?? null,
    table: settings.table ?? null,
    identityPoolId: settings.identityPoolId ?? null,
    developerProvider: settings.developerProvider ?? null,
    signIn,
    username: settings.username ?? null,
    grant: settings.grant ?? null,
    roleArn: settings.roleArn ?? null,
    subject: settings.subject ?? null,
    givenToken: givenTokenIn(terminal),
  };
};

export const profileNameOf = (
  terminal: Terminal,
  flags: ProfileFlags,
  config: Pick<ConfigFile, 'defaultProfile'>,
): string =>
  requireProfileName(
    flags.profile ?? given(terminal.env['STEPKEY_PROFILE']) ?? config.defaultProfile,
  );

/**
 * Logins are kept by deployment (login-store.ts): an address from outside the file finds none that was made for another.
 * @throws CommandError configuration, usage
 */
export const findProfile = async (terminal: Terminal, flags: ProfileFlags): Promise<Profile> => {
  const config = await readConfigFile(configFileOf(terminal));
  const name = profileNameOf(terminal, flags, config);
  const stored = Object.hasOwn(config.profiles, name) ? config.profiles[name] : undefined;
  const outside = { ...settingsFrom(terminal.env), ...settingsIn(flags) };
  if (stored === undefined && outside.api === undefined) throw nothingKnown(name, config);
  return profileOf(name, { ...stored, ...outside }, terminal);
};
