import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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
import type { Service } from '../../local/aws.ts';
import type { PolicyDocument } from '../../local/iam/policy.ts';
import { memoryStore } from '../../local/state/store.ts';
import { createAwsCall } from '../../local/wire/dispatch.ts';
import { createAwsEndpoint } from '../../local/wire/endpoint.ts';
import type { Principals } from '../../local/wire/principals.ts';

/** Two callers on the twin's AWS endpoint: one who may do everything, one with a policy of the test's. */
const admin = { accessKeyId: 'AKIDADMIN', secretAccessKey: 'admin-secret' };
const limited = { accessKeyId: 'ASIALIMITED', secretAccessKey: 'limited-secret' };
let policy: PolicyDocument;
const clock = { nowEpochMillis: () => Date.now() };
const allowAll: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const principals: Principals = {
  resolve: (accessKeyId) => {
    const isAdmin = accessKeyId === admin.accessKeyId;
    return Promise.resolve({
      secretAccessKey: (isAdmin ? admin : limited).secretAccessKey,
      principal: {
        kind: 'role-session',
        arn: `arn:aws:sts::123456789012:assumed-role/${isAdmin ? 'admin' : 'limited'}/session`,
        accountId: '123456789012',
        userId: 'AROA:session',
        identityPolicies: [isAdmin ? allowAll : policy],
        permissionsBoundary: null,
        sessionPolicies: [],
        conditionKeys: {},
      },
    });
  },
};
const listen = async (service: Service): Promise<Server> => {
  const call = createAwsCall([service], { log: () => undefined });
  const publicDocuments = () => Promise.resolve(null);
  const server = createServer(
    createAwsEndpoint({ call, principals, clock, publicDocuments, log: () => undefined }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};
const settingsOf = (server: Server, credentials: typeof admin) => ({
  region: 'us-east-1',
  endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
  credentials,
  maxAttempts: 1,
});
const close = async (server: Server): Promise<void> => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
};

let server: Server;
let KeyId: string;
let client: KMS;
let limitedClient: KMS;
beforeAll(async () => {
  const service = await createKmsService({ store: memoryStore(), vault: memoryKeyVault(), clock });
  ({ keyArn: KeyId } = await service.createKey({ name: 'sealing' }));
  server = await listen(service);
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
