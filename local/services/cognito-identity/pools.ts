/** The identity pools, as the deployer puts them. */
import { randomUUID } from 'node:crypto';
import { AwsError } from '../../aws.ts';
import type { Store } from '../../state/store.ts';
import type { IdentityPoolRoles, IdentityPoolSettings, StoredIdentityPool } from './model.ts';

export interface IdentityPools {
  /** @throws AwsError ResourceNotFoundException */
  readonly get: (id: string) => StoredIdentityPool;
  /**
   * Reconciles the pool of this id, or makes one for null. Its roles and identities stay.
   * @throws AwsError InvalidParameterException when the developer provider's name would change
   */
  readonly put: (id: string | null, settings: IdentityPoolSettings) => Promise<StoredIdentityPool>;
  readonly remove: (id: string) => Promise<void>;
  readonly putRoles: (id: string, roles: IdentityPoolRoles) => Promise<void>;
}

const noRoles: IdentityPoolRoles = {
  authenticated: null,
  unauthenticated: null,
  mappings: {},
};

export const openIdentityPools = async (store: Store, region: string): Promise<IdentityPools> => {
  const pools = await store.collection<StoredIdentityPool>('cognito-identity-pools');
  const get = (id: string): StoredIdentityPool => {
    const pool = pools.get(id);
    if (pool !== undefined) return pool;
    throw new AwsError('ResourceNotFoundException', `IdentityPool '${id}' not found.`);
  };
  return {
    get,
    put: async (wanted, settings) => {
      const id = wanted ?? `${region}:${randomUUID()}`;
      const existing = pools.get(id);
      const name = existing?.developerProviderName ?? null;
      if (name !== null && name !== settings.developerProviderName) {
        throw new AwsError(
          'InvalidParameterException',
          'The developer provider name cannot be changed.',
        );
      }
      const pool = { ...settings, id, roles: existing?.roles ?? noRoles };
      await pools.put(id, pool);
      return pool;
    },
    remove: (id) => pools.delete(get(id).id),
    putRoles: (id, roles) => pools.put(id, { ...get(id), roles }),
  };
};
