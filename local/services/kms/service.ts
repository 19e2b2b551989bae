/** KMS: symmetric keys, data keys, and encryption contexts that must match exactly. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../core/ports.ts';
import { AwsError } from '../../aws.ts';
import type { Operation, Service } from '../../aws.ts';
import type { AccessRequest, PolicyDocument } from '../../iam/policy.ts';
import { twinAccountId, twinRegion } from '../../identity.ts';
import type { KeyVault } from '../../state/keys.ts';
import type { Store } from '../../state/store.ts';
import { keyIdOf, open, rotationsOf, seal } from './ciphertext.ts';
import { blobOf, dataKeyLengthOf, encryptionContextOf, requireSymmetric } from './input.ts';
import { createKeys } from './keys.ts';
import type { KeySpecification, StoredKey } from './keys.ts';

type Input = Record<string, unknown>;

export interface KmsService extends Service {
  /** Makes the key of this name, or gives the one that is there its description and policy. */
  readonly createKey: (
    specification: KeySpecification,
  ) => Promise<{ readonly keyId: string; readonly keyArn: string }>;
  /** @param alias `alias/…` */
  readonly createAlias: (alias: string, keyId: string) => Promise<void>;
  /** Undefined where the ARN is no key of ours. */
  readonly keyPolicy: (keyArn: string) => PolicyDocument | undefined;
}

const maxPlaintextBytes = 4096;
const maxCiphertextBytes = 6144;

const metadataOf = (key: StoredKey): Input => ({
  AWSAccountId: twinAccountId,
  KeyId: key.keyId,
  Arn: key.arn,
  CreationDate: key.createdAtEpochSeconds,
  Description: key.description,
  Enabled: key.disabled !== true,
  KeyState: key.disabled === true ? 'Disabled' : 'Enabled',
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyManager: 'CUSTOMER',
  KeySpec: 'SYMMETRIC_DEFAULT',
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  Origin: 'AWS_KMS',
  MultiRegion: false,
});

export const createKmsService = async (deps: {
  readonly store: Store;
  readonly vault: KeyVault;
  readonly clock: Clock;
}): Promise<KmsService> => {
  const { nowEpochMillis } = deps.clock;
  const keys = createKeys(
    await deps.store.collection('kms-keys'),
    await deps.store.collection('kms-aliases'),
    { accountId: twinAccountId, region: twinRegion, nowEpochMillis },
  );
  const materialOf = (key: StoredKey, rotations = key.rotations ?? 0): Promise<Buffer> =>
    deps.vault.secret(`kms-${key.keyId}${rotations === 0 ? '' : `-${String(rotations)}`}`);

  /** Decrypt finds the key in the blob; a `KeyId` beside it must name the same one. */
  const keyOfBlob = (input: Input): StoredKey => {
    const key = keys.byId(keyIdOf(blobOf(input, 'CiphertextBlob', maxCiphertextBytes)));
    if (key === undefined) {
      throw new AwsError(
        'AccessDeniedException',
        'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
      );
    }
    const named = input['KeyId'] ?? null;
    if (named !== null && keys.resolve(named).keyId !== key.keyId) {
      throw new AwsError(
        'IncorrectKeyException',
        'The key ID in the request does not identify a CMK that can perform this operation.',
      );
    }
    return key;
  };

  const request = (operation: string, key: StoredKey, input: Input): AccessRequest[] => {
    const context = Object.entries(encryptionContextOf(input));
    const named = String(input['KeyId']).replace(/^arn:.*:(?=alias\/)/, '');
    return [
      {
        action: `kms:${operation}`,
        resource: key.arn,
        conditionKeys: {
          'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
          ...Object.fromEntries(
            context.map(([name, value]) => [`kms:EncryptionContext:${name}`, value]),
          ),
          ...(context.length === 0
            ? {}
            : { 'kms:EncryptionContextKeys': context.map(([name]) => name) }),
          ...(named.startsWith('alias/') ? { 'kms:RequestAlias': named } : {}),
        },
        resourcePolicy: key.policy,
      },
    ];
  };
  const onNamedKey = (
    operation: string,
    run: (key: StoredKey, input: Input) => Promise<Input>,
  ): Operation => ({
    authorize: (input) => request(operation, keys.resolve(input['KeyId']), input),
    run: async (input) => run(keys.resolve(input['KeyId']), input),
  });
  const requireEnabled = (key: StoredKey): void => {
    if (key.disabled === true) throw new AwsError('DisabledException', `${key.arn} is disabled.`);
  };
  /** The caller uses the key, which must not be disabled. */
  const withNamedKey: typeof onNamedKey = (operation, run) =>
    onNamedKey(operation, (key, input) => {
      requireEnabled(key);
      return run(key, input);
    });

  const encrypt = async (key: StoredKey, input: Input, plaintext: Uint8Array): Promise<string> =>
    seal(
      { keyId: key.keyId, rotations: key.rotations ?? 0 },
      await materialOf(key),
      encryptionContextOf(input),
      plaintext,
    ).toString('base64');

  return {
    name: 'kms',
    operations: {
      DescribeKey: onNamedKey('DescribeKey', (key) =>
        Promise.resolve({ KeyMetadata: metadataOf(key) }),
      ),
      DisableKey: onNamedKey('DisableKey', async (key) => {
        await keys.change(key, { disabled: true });
        return {};
      }),
      EnableKey: onNamedKey('EnableKey', async (key) => {
        await keys.change(key, { disabled: false });
        return {};
      }),
      GetKeyRotationStatus: onNamedKey('GetKeyRotationStatus', (key) =>
        Promise.resolve({ KeyId: key.arn, KeyRotationEnabled: key.rotatesYearly === true }),
      ),
      RotateKeyOnDemand: withNamedKey('RotateKeyOnDemand', async (key) => {
        await keys.change(key, { rotations: (key.rotations ?? 0) + 1 });
        return { KeyId: key.keyId };
      }),
      GenerateDataKey: withNamedKey('GenerateDataKey', async (key, input) => {
        const dataKey = randomBytes(dataKeyLengthOf(input));
        return {
          KeyId: key.arn,
          Plaintext: dataKey.toString('base64'),
          CiphertextBlob: await encrypt(key, input, dataKey),
        };
      }),
      GenerateDataKeyWithoutPlaintext: withNamedKey(
        'GenerateDataKeyWithoutPlaintext',
        async (key, input) => ({
          KeyId: key.arn,
          CiphertextBlob: await encrypt(key, input, randomBytes(dataKeyLengthOf(input))),
        }),
      ),
      Encrypt: withNamedKey('Encrypt', async (key, input) => {
        requireSymmetric(input);
        const plaintext = blobOf(input, 'Plaintext', maxPlaintextBytes);
        return {
          KeyId: key.arn,
          CiphertextBlob: await encrypt(key, input, plaintext),
          EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        };
      }),
      Decrypt: {
        authorize: (input) => request('Decrypt', keyOfBlob(input), input),
        run: async (input) => {
          requireSymmetric(input);
          const key = keyOfBlob(input);
          requireEnabled(key);
          const blob = blobOf(input, 'CiphertextBlob', maxCiphertextBytes);
          const material = await materialOf(key, rotationsOf(blob));
          const plaintext = open(material, encryptionContextOf(input), blob);
          return {
            KeyId: key.arn,
            Plaintext: plaintext.toString('base64'),
            EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
          };
        },
      },
    },
    createKey: async (specification) => {
      const key = await keys.ensure(specification);
      // Made now, so that the first caller does not wait for it.
      await materialOf(key);
      return { keyId: key.keyId, keyArn: key.arn };
    },
    createAlias: keys.putAlias,
    keyPolicy: (keyArn) => keys.byId(keyArn.split(':key/')[1] ?? '')?.policy,
  };
};
