import type { Server } from 'node:http';
import { buildDecrypt } from '@aws-crypto/decrypt-node';
import { buildEncrypt } from '@aws-crypto/encrypt-node';
import { KmsKeyringNode } from '@aws-crypto/kms-keyring-node';
import type { KmsKeyringNodeInput } from '@aws-crypto/kms-keyring-node';
import { AlgorithmSuiteIdentifier, CommitmentPolicy } from '@aws-crypto/material-management-node';
import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMS,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKmsService } from '../../local/services/kms/service.ts';
import { memoryKeyVault } from '../../local/state/keys.ts';
import type { PolicyDocument } from '../../local/iam/policy.ts';
import { memoryStore } from '../../local/state/store.ts';
import { admin, clock, close, limited, listen, settingsOf } from '../support/twin/aws-endpoint.ts';

let policy: PolicyDocument;

let server: Server;
let KeyId: string;
let client: KMS;
let limitedClient: KMS;
beforeAll(async () => {
  const service = await createKmsService({ store: memoryStore(), vault: memoryKeyVault(), clock });
  ({ keyArn: KeyId } = await service.createKey({ name: 'sealing' }));
  server = await listen(service, () => policy);
  client = new KMS(settingsOf(server, admin));
  limitedClient = new KMS(settingsOf(server, limited));
});
afterAll(async () => {
  client.destroy();
  limitedClient.destroy();
  await close(server);
});

const suiteId = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY;
const commitmentPolicy = CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT;
const { encrypt } = buildEncrypt({ commitmentPolicy });
const { decrypt } = buildDecrypt({ commitmentPolicy });
const keyringOf = (kms: KMS) =>
  new KmsKeyringNode({
    generatorKeyId: KeyId,
    clientProvider: (() => kms) as unknown as NonNullable<KmsKeyringNodeInput['clientProvider']>,
  });

describe('the KMS of the twin, to an SDK client', () => {
  it('describes its key', async () => {
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata).toMatchObject({
      Arn: KeyId,
      KeyState: 'Enabled',
      CreationDate: expect.any(Date),
    });
  });

  it('gives data keys that open under their context alone', async () => {
    const EncryptionContext = { purpose: 'credentials', grant: 'own-files' };
    const { Plaintext, CiphertextBlob } = await client.send(
      new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }),
    );
    const opened = await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect(opened).toMatchObject({ KeyId, Plaintext });
    await expect(
      client.send(
        new DecryptCommand({ CiphertextBlob, EncryptionContext: { purpose: 'credentials' } }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
  });

  it('serves the Encryption SDK', async () => {
    const encryptionContext = { purpose: 'caller-token', grant: '-' };
    const { result } = await encrypt(keyringOf(client), 'a token', { encryptionContext, suiteId });
    const { plaintext, messageHeader } = await decrypt(keyringOf(client), result);
    expect(plaintext.toString()).toBe('a token');
    expect(messageHeader.encryptionContext).toEqual(encryptionContext);
  });

  it('keeps a caller to the purposes of its policy', async () => {
    const may = (action: string, purpose: string) => ({
      Effect: 'Allow' as const,
      Action: `kms:${action}`,
      Resource: '*',
      Condition: { StringEquals: { 'kms:EncryptionContext:purpose': purpose } },
    });
    policy = {
      Statement: [may('Decrypt', 'caller-token'), may('GenerateDataKey', 'openid-token')],
    };
    const seal = (kms: KMS, purpose: string) =>
      encrypt(keyringOf(kms), 'x', { suiteId, encryptionContext: { purpose, grant: '-' } });
    await seal(limitedClient, 'openid-token');
    await expect(seal(limitedClient, 'caller-token')).rejects.toThrow();
    const callerToken = await seal(client, 'caller-token');
    const openIdToken = await seal(client, 'openid-token');
    await decrypt(keyringOf(limitedClient), callerToken.result);
    await expect(decrypt(keyringOf(limitedClient), openIdToken.result)).rejects.toThrow();
    await expect(
      limitedClient.send(new EncryptCommand({ KeyId, Plaintext: new Uint8Array([1]) })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
