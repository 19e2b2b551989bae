/** What a deployment says about itself: a twin's endpoints.json, or what `cdk deploy --outputs-file` wrote. */
import { readFile } from 'node:fs/promises';
import { CommandError } from './command-error.ts';
import type { ProfileSettings } from './config-file.ts';
import { exitCodes } from './exit-codes.ts';
import { isMissing, reasonOf } from './private-file.ts';

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textIn = (fields: Fields, name: string): string | undefined =>
  typeof fields[name] === 'string' && fields[name] !== '' ? fields[name] : undefined;

const given = (settings: Readonly<Record<string, string | undefined>>): ProfileSettings =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));

const unknownClient = (client: string, names: readonly string[]): CommandError =>
  new CommandError(
    exitCodes.usage,
    `The deployment has no app client "${client}"; there are ${names.join(', ')}. Choose one with --client.`,
  );

const ofTwin = (file: Fields, clients: Fields, client: string): ProfileSettings => {
  const chosen = Object.hasOwn(clients, client) ? clients[client] : undefined;
  if (!isObject(chosen)) throw unknownClient(client, Object.keys(clients));
  const scopes = Array.isArray(chosen['scopes']) ? chosen['scopes'].map(String) : [];
  return given({
    api: textIn(file, 'api'),
    region: textIn(file, 'region'),
    awsEndpoint: textIn(file, 'aws'),
    table: textIn(file, 'table'),
    identityPoolId: textIn(file, 'identityPoolId'),
    developerProvider: textIn(file, 'developerProvider'),
    userPoolId: textIn(file, 'userPoolId'),
    userPoolEndpoint: textIn(file, 'aws'),
    clientId: textIn(chosen, 'clientId'),
    clientSecret: textIn(chosen, 'clientSecret'),
    ...(scopes.length === 0
      ? {}
      : { tokenEndpoint: textIn(file, 'tokenEndpoint'), scopes: scopes.join(' ') }),
  });
};

/** Outputs of every stack, by name; secrets are not among them. */
const ofStacks = (file: Fields, client: string): ProfileSettings | null => {
  const outputs: Fields = Object.assign({}, ...Object.values(file).filter(isObject)) as Fields;
  const prefix = 'ClientId';
  const names = Object.keys(outputs).filter((name) => name.startsWith(prefix));
  if (textIn(outputs, 'ApiUrl') === undefined) return null;
  const output = `${prefix}${client.charAt(0).toUpperCase()}${client.slice(1)}`;
  if (textIn(outputs, output) === undefined) {
    throw unknownClient(
      client,
      names.map((name) => name.slice(prefix.length).toLowerCase()),
    );
  }
  return given({
    api: textIn(outputs, 'ApiUrl')?.replace(/\/+$/, ''),
    userPoolId: textIn(outputs, 'UserPoolId'),
    clientId: textIn(outputs, output),
    table: textIn(outputs, 'TableName'),
    identityPoolId: textIn(outputs, 'IdentityPoolId'),
    developerProvider: textIn(outputs, 'DeveloperProvider'),
  });
};

const unusable = (path: string, why: string): CommandError =>
  new CommandError(
    exitCodes.configuration,
    `${path} ${why}; give a twin's .stepkey/endpoints.json or the file of: cdk deploy --outputs-file`,
  );

/** @throws CommandError configuration when it cannot be read or is no JSON object */
export const readDeploymentFields = async (path: string): Promise<Fields> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unusable(
      path,
      isMissing(error) ? 'does not exist' : `cannot be read (${reasonOf(error)})`,
    );
  });
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw unusable(path, 'is not JSON');
  }
  if (!isObject(file)) throw unusable(path, 'says nothing of a deployment');
  return file;
};

/** @throws CommandError configuration when it cannot be read or says nothing of a deployment, usage for an unknown client */
export const readDeploymentFile = async (
  path: string,
  client: string,
): Promise<ProfileSettings> => {
  const file = await readDeploymentFields(path);
  const settings = isObject(file['clients'])
    ? ofTwin(file, file['clients'], client)
    : ofStacks(file, client);
  if (settings?.api === undefined) throw unusable(path, 'says nothing of a deployment');
  return settings;
};
