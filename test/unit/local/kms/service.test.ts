import { beforeEach, describe, expect, it } from '@jest/globals';
import { createKmsService } from '../../../../local/services/kms/service.ts';
import type { KmsService } from '../../../../local/services/kms/service.ts';
import { memoryKeyVault } from '../../../../local/state/keys.ts';
import type { KeyVault } from '../../../../local/state/keys.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import type { Store } from '../../../../local/state/store.ts';
import { twinContext } from '../../../support/twin/call-context.ts';

const clock = { nowEpochMillis: () => 1_700_000_000_000 };
const base64 = (text: string): string => Buffer.from(text).toString('base64');

let store: Store;
let vault: KeyVault;
let kms: KmsService;
let keyArn: string;
let keyId: string;

const call = async (operation: string, input: Record<string, unknown>) => {
  const found = kms.operations[operation];
  if (found === undefined) throw new Error(operation);
  return found.run(input, twinContext);
};
const requests = (operation: string, input: Record<string, unknown>) => {
  const authorize = kms.operations[operation]?.authorize;
  if (typeof authorize !== 'function') throw new Error(operation);
  return authorize(input);
};

beforeEach(async () => {
  store = memoryStore();
  vault = memoryKeyVault();
  kms = await createKmsService({ store, vault, clock });
  ({ keyArn, keyId } = await kms.createKey({ name: 'sealing' }));
});

describe('the life of a key', () => {
  it('a disabled key refuses every use, and serves again once it is enabled', async () => {
    const CiphertextBlob = await sealed({ purpose: 'a' });
    const uses: [string, Record<string, unknown>][] = [
      ['Encrypt', { KeyId: keyArn, Plaintext: base64('x') }],
      ['GenerateDataKey', { KeyId: keyArn, KeySpec: 'AES_256' }],
      ['GenerateDataKeyWithoutPlaintext', { KeyId: keyArn, KeySpec: 'AES_256' }],
      ['RotateKeyOnDemand', { KeyId: keyArn }],
      ['Decrypt', { CiphertextBlob, EncryptionContext: { purpose: 'a' } }],
    ];
    await call('DisableKey', { KeyId: keyArn });
    for (const [operation, input] of uses) {
      await expect(call(operation, input)).rejects.toMatchObject({ code: 'DisabledException' });
    }
    expect(await call('DescribeKey', { KeyId: keyArn })).toMatchObject({
      KeyMetadata: { Enabled: false, KeyState: 'Disabled' },
    });
    await call('EnableKey', { KeyId: keyArn });
    for (const [operation, input] of uses) await call(operation, input);
  });

  it('new material seals, and the old still opens what it sealed, also after a restart', async () => {
    const context = { purpose: 'a' };
    const blobs = [await sealed(context)];
    for (let rotation = 1; rotation <= 2; rotation += 1) {
      await call('RotateKeyOnDemand', { KeyId: keyId });
      blobs.push(await sealed(context));
    }
    const first = blobs.map((blob) => Buffer.from(String(blob), 'base64')[0]);
    expect(first).toEqual([1, 2, 3]);
    kms = await createKmsService({ store, vault, clock });
    for (const CiphertextBlob of blobs) {
      const opened = await call('Decrypt', { CiphertextBlob, EncryptionContext: context });
      expect(opened).toMatchObject({ Plaintext: base64('x') });
    }
    // What claims to be of other material does not open.
    const claimed = Buffer.from(String(blobs[1]), 'base64');
    claimed[0] = 1;
    await expect(
      call('Decrypt', { CiphertextBlob: claimed.toString('base64'), EncryptionContext: context }),
    ).rejects.toMatchObject({ code: 'InvalidCiphertextException' });
  });
});

const sealed = async (encryptionContext: Record<string, string>): Promise<unknown> => {
  const input = { KeyId: keyArn, Plaintext: base64('x'), EncryptionContext: encryptionContext };
  return (await call('Encrypt', input))['CiphertextBlob'];
};

describe('keys', () => {
  it('are one per name, and take up a changed policy', async () => {
    const policy = { Statement: { Effect: 'Allow' as const, Principal: '*' as const } };
    expect(await kms.createKey({ name: 'sealing', policy })).toEqual({ keyArn, keyId });
    expect(requests('DescribeKey', { KeyId: keyId })[0]?.resourcePolicy).toEqual(policy);
  });

  it('have their material in the vault only, and work after a restart', async () => {
    const blob = await sealed({ a: '1' });
    const material = (await vault.secret(`kms-${keyId}`)).toString('base64url');
    const kept = [...(await store.collection('kms-keys')).entries()];
    expect(JSON.stringify(kept)).not.toContain(material);
    kms = await createKmsService({ store, vault, clock });
    const opened = await call('Decrypt', { CiphertextBlob: blob, EncryptionContext: { a: '1' } });
    expect(opened['Plaintext']).toBe(base64('x'));
  });

  it.each(['id', 'arn', 'alias', 'alias arn'])('are found by %s', async (form) => {
    await kms.createAlias('alias/seal', keyId);
    const named = {
      id: keyId,
      arn: keyArn,
      alias: 'alias/seal',
      'alias arn': keyArn.replace(/key\/.*/, 'alias/seal'),
    }[form];
    const described = await call('DescribeKey', { KeyId: named });
    expect(described['KeyMetadata']).toMatchObject({ Arn: keyArn, KeyState: 'Enabled' });
  });

  it('that are not there are NotFoundException', async () => {
    await expect(call('GenerateDataKey', { KeyId: 'alias/none' })).rejects.toMatchObject({
      code: 'NotFoundException',
    });
  });
});

describe('encryption contexts', () => {
  it('open in any order of their members', async () => {
    const blob = await sealed({ purpose: 'credentials', grant: 'own-files' });
    const opened = await call('Decrypt', {
      CiphertextBlob: blob,
      EncryptionContext: { grant: 'own-files', purpose: 'credentials' },
    });
    expect(opened).toEqual({
      KeyId: keyArn,
      Plaintext: base64('x'),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    });
  });

  it.each([
    ['another value', { a: '1', b: '3' }],
    ['a member less', { a: '1' }],
    ['a member more', { a: '1', b: '2', c: '3' }],
    ['moved borders', { a: '1b', '': '2' }],
    ['another case', { A: '1', b: '2' }],
    ['none', undefined],
  ])('do not open with %s', async (_, other) => {
    const CiphertextBlob = await sealed({ a: '1', b: '2' });
    await expect(
      call('Decrypt', { CiphertextBlob, EncryptionContext: other }),
    ).rejects.toMatchObject({ code: 'InvalidCiphertextException', statusCode: 400 });
  });
});

describe('ciphertext blobs', () => {
  it('do not open when any byte is changed', async () => {
    const blob = Buffer.from(String(await sealed({})), 'base64');
    for (const at of [0, 17, 29, blob.length - 1]) {
      const changed = Buffer.from(blob);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(
        call('Decrypt', { CiphertextBlob: changed.toString('base64') }),
      ).rejects.toMatchObject({ code: 'InvalidCiphertextException' });
    }
  });

  it('name the key that decides, so that Decrypt is authorized on it', async () => {
    const CiphertextBlob = await sealed({ purpose: 'openid-token', grant: '-' });
    expect(
      requests('Decrypt', { CiphertextBlob, EncryptionContext: { purpose: 'credentials' } }),
    ).toMatchObject([
      {
        action: 'kms:Decrypt',
        resource: keyArn,
        conditionKeys: {
          'kms:EncryptionContext:purpose': 'credentials',
          'kms:EncryptionContextKeys': ['purpose'],
        },
      },
    ]);
  });

  it('refuse another key beside them', async () => {
    const other = await kms.createKey({ name: 'other' });
    const CiphertextBlob = await sealed({});
    await expect(call('Decrypt', { CiphertextBlob, KeyId: other.keyArn })).rejects.toMatchObject({
      code: 'IncorrectKeyException',
    });
  });

  it('of unknown keys are AccessDeniedException, others InvalidCiphertextException', () => {
    const foreign = Buffer.concat([Buffer.from([1]), Buffer.alloc(60, 7)]).toString('base64');
    expect(() => requests('Decrypt', { CiphertextBlob: foreign })).toThrow(
      expect.objectContaining({ code: 'AccessDeniedException' }),
    );
    expect(() => requests('Decrypt', { CiphertextBlob: base64('short') })).toThrow(
      expect.objectContaining({ code: 'InvalidCiphertextException' }),
    );
  });
});

describe('limits', () => {
  it.each([
    ['Encrypt', 'Plaintext', 4096],
    ['Decrypt', 'CiphertextBlob', 6144],
  ])('%s refuses %s over %d bytes', async (operation, member, limit) => {
    const input = (bytes: number) => ({
      KeyId: keyArn,
      [member]: Buffer.alloc(bytes, 1).toString('base64'),
    });
    await expect(call(operation, input(limit + 1))).rejects.toMatchObject({
      code: 'ValidationException',
    });
    if (operation === 'Encrypt') await call(operation, input(limit));
  });

  it.each([
    {},
    { KeySpec: 'AES_256', NumberOfBytes: 32 },
    { NumberOfBytes: 1025 },
    { KeySpec: 'X' },
  ])('GenerateDataKey refuses %j', async (lengths) => {
    await expect(call('GenerateDataKey', { KeyId: keyArn, ...lengths })).rejects.toMatchObject({
      code: 'ValidationException',
    });
  });
});

describe('data keys', () => {
  it.each([
    [{ KeySpec: 'AES_256' }, 32],
    [{ KeySpec: 'AES_128' }, 16],
    [{ NumberOfBytes: 64 }, 64],
  ])('of %j have %d bytes and come with themselves sealed', async (lengths, bytes) => {
    const EncryptionContext = { purpose: 'credentials' };
    const made = await call('GenerateDataKey', { KeyId: keyArn, EncryptionContext, ...lengths });
    expect(Buffer.from(String(made['Plaintext']), 'base64')).toHaveLength(bytes);
    const { CiphertextBlob } = made;
    const opened = await call('Decrypt', { CiphertextBlob, EncryptionContext });
    expect(opened['Plaintext']).toBe(made['Plaintext']);
  });

  it('can be had without their plaintext', async () => {
    const made = await call('GenerateDataKeyWithoutPlaintext', {
      KeyId: keyArn,
      KeySpec: 'AES_256',
    });
    expect(Object.keys(made).sort()).toEqual(['CiphertextBlob', 'KeyId']);
  });
});
