/** The user pools' records, with the look-ups that every operation starts from. */
import { AwsError } from '../../aws.ts';
import type { Collection, Store } from '../../state/store.ts';
import type {
  StoredGroup,
  StoredResourceServer,
  StoredUser,
  StoredUserPool,
  StoredUserPoolClient,
} from './model.ts';

/** Look-ups throw AwsError as AWS would answer; `find…` return null instead. Changes are visible at once. */
export interface UserDirectory {
  readonly pools: Collection<StoredUserPool>;
  readonly clients: Collection<StoredUserPoolClient>;
  readonly domains: Collection<{ readonly userPoolId: string }>;
  readonly pool: (id: string) => StoredUserPool;
  readonly client: (id: string) => StoredUserPoolClient;
  readonly group: (poolId: string, name: string) => StoredGroup;
  readonly findGroup: (poolId: string, name: string) => StoredGroup | null;
  readonly groupsOf: (poolId: string) => readonly StoredGroup[];
  readonly putGroup: (group: StoredGroup) => Promise<void>;
  readonly deleteGroup: (poolId: string, name: string) => Promise<void>;
  readonly resourceServersOf: (poolId: string) => readonly StoredResourceServer[];
  readonly putResourceServer: (server: StoredResourceServer) => Promise<void>;
  /** By username or by sub. */
  readonly user: (poolId: string, name: string) => StoredUser;
  readonly findUser: (poolId: string, name: string) => StoredUser | null;
  readonly usersOf: (poolId: string) => readonly StoredUser[];
  readonly putUser: (user: StoredUser) => Promise<void>;
  readonly deleteUser: (user: StoredUser) => Promise<void>;
}

const notFound = (message: string): never => {
  throw new AwsError('ResourceNotFoundException', message);
};

const ofPool = <T extends { readonly userPoolId: string }>(
  collection: Collection<T>,
  poolId: string,
): readonly T[] =>
  [...collection.entries()].flatMap(([, value]) => (value.userPoolId === poolId ? [value] : []));

export const openUserDirectory = async (store: Store): Promise<UserDirectory> => {
  const pools = await store.collection<StoredUserPool>('cognito-idp-user-pools');
  const clients = await store.collection<StoredUserPoolClient>('cognito-idp-clients');
  const domains = await store.collection<{ userPoolId: string }>('cognito-idp-domains');
  const groups = await store.collection<StoredGroup>('cognito-idp-groups');
  const servers = await store.collection<StoredResourceServer>('cognito-idp-resource-servers');
  const users = await store.collection<StoredUser>('cognito-idp-users');

  const pool = (id: string): StoredUserPool =>
    pools.get(id) ?? notFound(`User pool ${id} does not exist.`);
  const keyOf = (poolId: string, username: string): string => {
    const sensitive = pool(poolId).usernameCaseSensitive;
    return `${poolId}/${sensitive ? username : username.toLowerCase()}`;
  };
  const keyOfSub = new Map<string, string>();
  for (const [key, user] of users.entries()) keyOfSub.set(`${user.userPoolId}/${user.sub}`, key);

  const findUser = (poolId: string, name: string): StoredUser | null => {
    const bySub = keyOfSub.get(`${poolId}/${name}`);
    return (
      users.get(keyOf(poolId, name)) ?? (bySub === undefined ? null : users.get(bySub)) ?? null
    );
  };
  const findGroup = (poolId: string, name: string): StoredGroup | null =>
    groups.get(`${poolId}/${name}`) ?? null;

  return {
    pools,
    clients,
    domains,
    pool,
    client: (id) => clients.get(id) ?? notFound(`User pool client ${id} does not exist.`),
    group: (poolId, name) => findGroup(pool(poolId).id, name) ?? notFound('Group not found.'),
    findGroup,
    groupsOf: (poolId) => ofPool(groups, poolId),
    putGroup: (group) => groups.put(`${group.userPoolId}/${group.name}`, group),
    deleteGroup: (poolId, name) => groups.delete(`${poolId}/${name}`),
    resourceServersOf: (poolId) => ofPool(servers, poolId),
    putResourceServer: (server) => servers.put(`${server.userPoolId}/${server.identifier}`, server),
    user: (poolId, name) => {
      const user = findUser(poolId, name);
      if (user === null) throw new AwsError('UserNotFoundException', 'User does not exist.');
      return user;
    },
    findUser,
    usersOf: (poolId) => ofPool(users, poolId),
    putUser: (user) => {
      const key = keyOf(user.userPoolId, user.username);
      keyOfSub.set(`${user.userPoolId}/${user.sub}`, key);
      return users.put(key, user);
    },
    deleteUser: (user) => {
      keyOfSub.delete(`${user.userPoolId}/${user.sub}`);
      return users.delete(keyOf(user.userPoolId, user.username));
    },
  };
};
