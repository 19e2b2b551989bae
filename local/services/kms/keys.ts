/** KMS keys: what is known of them lies in the store, their material only in the key vault. */
import { randomUUID } from 'node:crypto';
import { AwsError } from '../../aws.ts';
import type { PolicyDocument } from '../../iam/policy.ts';
import type { Collection } from '../../state/store.ts';

export interface StoredKey {
  readonly keyId: string;
  readonly arn: string;
  /** What the deployer calls it; the same name is the same key. */
  readonly name: string;
  readonly description: string;
  readonly policy: PolicyDocument;
  /** Absent for a key that works; a disabled one refuses every use of it. */
  readonly disabled?: boolean;
  /** Whether AWS would give it new material every year. The twin does so only when it is told to. */
  readonly rotatesYearly?: boolean;
  /** How often it has had new material; absent for never. What older material made still opens. */
  readonly rotations?: number;
  readonly createdAtEpochSeconds: number;
}

export interface KeySpecification {
  readonly name: string;
  readonly description?: string;
  /** Without one, the account's IAM policies decide, as with KMS's default. */
  readonly policy?: PolicyDocument;
  /** Without, it stays as it is. */
  readonly disabled?: boolean;
  readonly rotatesYearly?: boolean;
}

export interface Keys {
  readonly ensure: (specification: KeySpecification) => Promise<StoredKey>;
  readonly change: (
    key: StoredKey,
    changes: Partial<Pick<StoredKey, 'disabled' | 'rotations'>>,
  ) => Promise<void>;
  /** Points `alias/…` at a key, wherever it pointed before. */
  readonly putAlias: (alias: string, keyId: string) => Promise<void>;
  /** By key id, key ARN, alias name or alias ARN. @throws AwsError NotFoundException */
  readonly resolve: (named: unknown) => StoredKey;
  readonly byId: (keyId: string) => StoredKey | undefined;
}

const defaultPolicy = (accountId: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Enable IAM User Permissions',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${accountId}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
});

export const createKeys = (
  keys: Collection<StoredKey>,
  aliases: Collection<string>,
  place: { readonly accountId: string; readonly region: string; nowEpochMillis: () => number },
): Keys => {
  const arnPrefix = `arn:aws:kms:${place.region}:${place.accountId}:`;
  const make = ({ name }: KeySpecification): StoredKey => {
    const keyId = randomUUID();
    return {
      keyId,
      arn: `${arnPrefix}key/${keyId}`,
      name,
      description: '',
      policy: defaultPolicy(place.accountId),
      createdAtEpochSeconds: Math.floor(place.nowEpochMillis() / 1000),
    };
  };
  const resolve: Keys['resolve'] = (named) => {
    const text = String(named);
    const local = text.startsWith(arnPrefix) ? text.slice(arnPrefix.length) : text;
    const keyId = local.startsWith('alias/') ? aliases.get(local) : local.replace(/^key\//, '');
    const key = keyId === undefined ? undefined : keys.get(keyId);
    if (key === undefined) {
      throw new AwsError('NotFoundException', `Key '${text}' does not exist`);
    }
    return key;
  };
  return {
    ensure: async (specification) => {
      const existing = [...keys.entries()].find(([, { name }]) => name === specification.name);
      const key: StoredKey = {
        ...(existing?.[1] ?? make(specification)),
        description: specification.description ?? '',
        policy: specification.policy ?? defaultPolicy(place.accountId),
        ...(specification.disabled === undefined ? {} : { disabled: specification.disabled }),
        ...(specification.rotatesYearly === undefined
          ? {}
          : { rotatesYearly: specification.rotatesYearly }),
      };
      await keys.put(key.keyId, key);
      return key;
    },
    change: (key, changes) => keys.put(key.keyId, { ...key, ...changes }),
    putAlias: async (alias, keyId) => {
      await aliases.put(alias, resolve(keyId).keyId);
    },
    resolve,
    byId: (keyId) => keys.get(keyId),
  };
};
