/** The settings file: profiles as texts, and which of them is the default. */
import { CommandError } from './command-error.ts';
import { exitCodes } from './exit-codes.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

/** The settings of a profile, as they are written; `scopes` are separated by spaces. */
const settingNames = [
  'api',
  'region',
  'awsEndpoint',
  'table',
  'identityPoolId',
  'developerProvider',
  'userPoolId',
  'userPoolEndpoint',
  'clientId',
  'clientSecret',
  'tokenEndpoint',
  'scopes',
  'username',
  'grant',
  'roleArn',
  'subject',
] as const;
export type SettingName = (typeof settingNames)[number];
export type ProfileSettings = Readonly<Partial<Record<SettingName, string>>>;

export interface ConfigFile {
  readonly defaultProfile: string;
  readonly profiles: Readonly<Record<string, ProfileSettings>>;
}

const emptyConfig: ConfigFile = { defaultProfile: 'default', profiles: {} };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const profileNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** @throws CommandError usage */
export const requireProfileName = (name: string): string => {
  if (profileNamePattern.test(name)) return name;
  throw new CommandError(
    exitCodes.usage,
    `"${name}" is no name for a profile: use up to 64 letters, digits, dots, hyphens and underscores.`,
  );
};

const faultOf = (value: unknown): string | null => {
  if (!isObject(value)) return 'it is not a JSON object';
  const { defaultProfile, profiles, ...rest } = value;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return `"${unknown}" is not a setting`;
  if (defaultProfile !== undefined && typeof defaultProfile !== 'string') {
    return '"defaultProfile" is not a text';
  }
  if (!isObject(profiles)) return '"profiles" is not an object';
  for (const [name, settings] of Object.entries(profiles)) {
    if (!profileNamePattern.test(name)) return `"${name}" is no name for a profile`;
    if (!isObject(settings)) return `profile "${name}" is not an object`;
    for (const [setting, text] of Object.entries(settings)) {
      if (!(settingNames as readonly string[]).includes(setting)) {
        return `profile "${name}" has "${setting}", which is not a setting`;
      }
      if (typeof text !== 'string' || text === '') {
        return `"${setting}" of profile "${name}" is not a text`;
      }
    }
  }
  return null;
};

/** Without a secret in it the file may be shared, as a team's. */
const holdsNoSecret = (text: string): boolean => !text.includes('"clientSecret"');

/** @throws CommandError configuration when it is not such a file, or holds a secret that others may read */
export const readConfigFile = async (path: string): Promise<ConfigFile> => {
  const text = await readPrivateFile(path, { mayBeShared: holdsNoSecret });
  if (text === null) return emptyConfig;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw faulty(path, 'it is not JSON');
  }
  const fault = faultOf(value);
  if (fault !== null) throw faulty(path, fault);
  return { ...emptyConfig, ...(value as Partial<ConfigFile>) };
};

const faulty = (path: string, fault: string): CommandError =>
  new CommandError(
    exitCodes.configuration,
    `${path} cannot be used: ${fault}. Mend it, or remove it and run: stepkey configure`,
  );

export const writeConfigFile = (path: string, config: ConfigFile): Promise<void> =>
  writePrivateFile(path, `${JSON.stringify(config, null, 2)}\n`);
