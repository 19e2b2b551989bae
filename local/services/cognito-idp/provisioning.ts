/** What the deployer does to user pools. */
import { randomBytes, randomUUID } from 'node:crypto';
import { AwsError } from '../../aws.ts';
import { signedIn } from './admission.ts';
import type { UserPoolContext } from './context.ts';
import type {
  StoredResourceServer,
  StoredUser,
  StoredUserPool,
  StoredUserPoolClient,
  UserPoolClientSettings,
  UserPoolSettings,
  UserStatus,
} from './model.ts';
import { keptOfPassword } from './passwords.ts';

interface GroupSettings {
  readonly description: string | null;
  readonly roleArn: string | null;
  readonly precedence: number | null;
}

interface ImportedUser {
  readonly username: string;
  /** Null for somebody who has none: no password is theirs. */
  readonly password: string | null;
  /** A temporary password must be changed at the first sign-in. */
  readonly temporary: boolean;
  readonly enabled: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
  /** By default as the password says. */
  readonly status?: Extract<UserStatus, 'EXTERNAL_PROVIDER' | 'UNCONFIRMED'>;
}

/**
 * The `put…` methods are the deployer's. Repeating one with the same id reconciles: it keeps what hangs on the id
 * and replaces the settings. A null id makes a new one.
 */
export interface Provisioning {
  readonly putUserPool: (id: string | null, settings: UserPoolSettings) => Promise<StoredUserPool>;
  readonly putClient: (
    id: string | null,
    userPoolId: string,
    settings: UserPoolClientSettings,
  ) => Promise<StoredUserPoolClient>;
  readonly putGroup: (userPoolId: string, name: string, settings: GroupSettings) => Promise<void>;
  readonly putResourceServer: (server: StoredResourceServer) => Promise<void>;
  readonly putDomain: (userPoolId: string, domain: string) => Promise<void>;
  readonly deleteClient: (id: string) => Promise<void>;
  readonly deleteGroup: (userPoolId: string, name: string) => Promise<void>;
  readonly deleteDomain: (domain: string) => Promise<void>;
  /**
   * Makes a user in one write, or leaves the one that is there as it is; only a temporary password that nobody
   * has changed yet is valid from now on again.
   */
  readonly importUser: (userPoolId: string, user: ImportedUser) => Promise<StoredUser>;
  /**
   * Signs somebody of an external provider in, as the hosted pages do once that provider has vouched.
   * @returns an AuthenticationResult
   */
  readonly signInFederated: (clientId: string, username: string) => Promise<FederatedSignIn>;
}

interface FederatedSignIn {
  readonly IdToken: string;
  readonly AccessToken: string;
  readonly RefreshToken: string;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
const randomName = (length: number): string =>
  Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');

export const createProvisioning = (context: UserPoolContext, region: string): Provisioning => ({
  ...settingsOf(context, region),
  ...peopleOf(context),
});

const settingsOf = (
  { clock, directory }: UserPoolContext,
  region: string,
): Omit<Provisioning, 'importUser' | 'signInFederated'> => ({
  putUserPool: async (wanted, settings) => {
    const pool = { ...settings, id: wanted ?? `${region}_${randomName(9)}` };
    await directory.pools.put(pool.id, pool);
    return pool;
  },
  putClient: async (wanted, userPoolId, settings) => {
    const id = wanted ?? randomName(26);
    const client = { ...settings, id, userPoolId: directory.pool(userPoolId).id };
    await directory.clients.put(id, client);
    return client;
  },
  putGroup: async (userPoolId, name, settings) => {
    const now = clock.nowEpochMillis();
    const existing = directory.findGroup(directory.pool(userPoolId).id, name);
    await directory.putGroup({
      userPoolId,
      name,
      ...settings,
      createdAtEpochMillis: existing?.createdAtEpochMillis ?? now,
      modifiedAtEpochMillis: now,
    });
  },
  putResourceServer: async (server) => {
    directory.pool(server.userPoolId);
    await directory.putResourceServer(server);
  },
  putDomain: async (userPoolId, domain) => {
    const owner = directory.domains.get(domain)?.userPoolId ?? userPoolId;
    if (owner !== directory.pool(userPoolId).id) {
      throw new AwsError(
        'InvalidParameterException',
        'Domain already associated with another pool.',
      );
    }
    await directory.domains.put(domain, { userPoolId });
  },
  deleteClient: (id) => directory.clients.delete(id),
  deleteGroup: (userPoolId, name) => directory.deleteGroup(userPoolId, name),
  deleteDomain: (domain) => directory.domains.delete(domain),
});

const peopleOf = (
  context: UserPoolContext,
): Pick<Provisioning, 'importUser' | 'signInFederated'> => ({
  signInFederated: async (clientId, username) => {
    const client = context.directory.client(clientId);
    const user = context.directory.user(client.userPoolId, username);
    if (user.status !== 'EXTERNAL_PROVIDER') {
      throw new TypeError(`${username} is of no external provider`);
    }
    const answer = await signedIn(context, user, client, 'TokenGeneration_HostedAuth', {});
    return answer['AuthenticationResult'] as FederatedSignIn;
  },
  importUser: async (
    userPoolId,
    { username, password, temporary, enabled, attributes, groups, status },
  ) => {
    const { clock, directory } = context;
    const names = groups.map((group) => directory.group(userPoolId, group).name);
    const kept =
      password === null
        ? { passwordHash: '' }
        : await keptOfPassword({ userPoolId, username }, password);
    const now = clock.nowEpochMillis();
    const known = directory.findUser(userPoolId, username);
    if (known !== null) {
      const waiting = temporary && known.status === 'FORCE_CHANGE_PASSWORD';
      if (waiting) await directory.putUser({ ...known, passwordSetAtEpochMillis: now });
      return known;
    }
    const user: StoredUser = {
      userPoolId,
      sub: randomUUID(),
      username,
      attributes,
      status: status ?? (temporary ? 'FORCE_CHANGE_PASSWORD' : 'CONFIRMED'),
      enabled,
      groups: names,
      ...kept,
      passwordSetAtEpochMillis: now,
      createdAtEpochMillis: now,
      modifiedAtEpochMillis: now,
    };
    await directory.putUser(user);
    return user;
  },
});
