import { describe, expect, it } from '@jest/globals';
import {
  getLocalCryptographicMaterialsCache,
  NodeCachingMaterialsManager,
} from '@aws-crypto/caching-materials-manager-node';
import { buildDecrypt } from '@aws-crypto/decrypt-node';
import { buildEncrypt } from '@aws-crypto/encrypt-node';
import {
  AlgorithmSuiteIdentifier,
  CommitmentPolicy,
  EncryptedDataKey,
  KeyringTraceFlag,
  NodeAlgorithmSuite,
  NodeDefaultCryptographicMaterialsManager,
  type NodeMaterialsManager,
} from '@aws-crypto/material-management-node';
import fc from 'fast-check';
import { suite } from '../../../adapters/envelope-format.ts';
import { openEnvelope } from '../../../adapters/open-envelope.ts';
import { sealEnvelope } from '../../../adapters/seal-envelope.ts';
import { dataKeyOf, hex, messageIdOf, partsOf } from '../../support/envelope-parts.ts';
import { wrappedDataKeys } from '../../support/fakes/wrapped-data-keys.ts';

const policy = CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT;
const { encrypt } = buildEncrypt(policy);
const { decrypt } = buildDecrypt(policy);
const context = { purpose: 'credentials', grant: 'own-files' };
const frameLength = 4096;

const freshKeys: NodeMaterialsManager = new NodeDefaultCryptographicMaterialsManager(
  wrappedDataKeys(),
);
const sharedKeys = (limits: { maxMessagesEncrypted?: number; maxBytesEncrypted?: number } = {}) =>
  new NodeCachingMaterialsManager({
    backingMaterials: wrappedDataKeys(),
    cache: getLocalCryptographicMaterialsCache(100),
    maxAge: 60_000,
    ...limits,
  });

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const plaintext = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 2_000 }).map((some) => Buffer.from(some, 'utf8')),
  fc
    .tuple(
      fc.oneof(
        fc.nat({ max: 40_000 }),
        fc.constantFrom(0, 1, frameLength - 1, frameLength, frameLength + 1, 2 * frameLength),
      ),
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
    )
    .map(([length, pattern]) => Buffer.alloc(length, pattern)),
);
const message = fc.record({
  plaintext,
  context: fc.oneof(
    fc.constant(context),
    fc.dictionary(text, text, { maxKeys: 5, noNullPrototype: true }),
  ),
});
const edges = [
  0,
  frameLength - 1,
  frameLength,
  frameLength + 1,
  2 * frameLength,
  10 * frameLength + 5,
].map((length): [{ plaintext: Buffer; context: Record<string, string> }] => [
  { plaintext: Buffer.alloc(length, 'å終'), context },
]);
const runs = { numRuns: 60, examples: edges };

describe('a sealed envelope', () => {
  it('opens to what was sealed, under its context, by the library and by ours', async () => {
    await fc.assert(
      fc.asyncProperty(message, async (sealed) => {
        const envelope = await sealEnvelope(freshKeys, sealed.context, sealed.plaintext);
        const opened = await decrypt(freshKeys, envelope);
        expect(opened.plaintext.equals(sealed.plaintext)).toBe(true);
        expect(opened.messageHeader.encryptionContext).toEqual(sealed.context);
        expect(opened.messageHeader.suiteId).toBe(suite.id);
        expect((await openEnvelope(freshKeys, envelope)).equals(sealed.plaintext)).toBe(true);
      }),
      runs,
    );
  });

  it('has the form of what the library seals, but for what is random', async () => {
    await fc.assert(
      fc.asyncProperty(message, async (sealed) => {
        const keys = sharedKeys();
        const ours = await sealEnvelope(keys, sealed.context, sealed.plaintext);
        const { result: theirs } = await encrypt(keys, sealed.plaintext, {
          suiteId: suite.id,
          encryptionContext: sealed.context,
        });
        expect(ours.byteLength).toBe(theirs.byteLength);
        const [one, other] = [partsOf(ours), partsOf(theirs)];
        const fromThem = {
          messageId: other.header.messageHeader.messageId,
          suiteData: expect.any(Uint8Array),
        };
        expect({ ...one.header.messageHeader, ...fromThem }).toEqual({
          ...other.header.messageHeader,
          ...fromThem,
        });
        expect(one.frames).toEqual(other.frames);
        expect(one.frames).toHaveLength(Math.floor(sealed.plaintext.byteLength / frameLength) + 1);
      }),
      runs,
    );
  });

  it('shares its id with no other, also where the data key is shared [SEC-04]', async () => {
    const keys = sharedKeys();
    const sealed = () => sealEnvelope(keys, context, Buffer.from('the same'));
    const first = await sealed();
    const envelopes = [first, ...(await Promise.all(Array.from({ length: 300 }, sealed)))];
    expect(new Set(envelopes.map(dataKeyOf)).size).toBe(1);
    expect(new Set(envelopes.map(messageIdOf)).size).toBe(envelopes.length);
    expect(Buffer.from(messageIdOf(first), 'hex')).toHaveLength(32);
  });

  it('uses no initialization vector twice, be it of the header or of a frame [SEC-04]', async () => {
    await fc.assert(
      fc.asyncProperty(message, async (sealed) => {
        const { header, frames } = partsOf(
          await sealEnvelope(freshKeys, sealed.context, sealed.plaintext),
        );
        const vectors = [header.headerAuth.headerIv, ...frames.map(({ iv }) => iv)].map(hex);
        expect(new Set(vectors).size).toBe(frames.length + 1);
      }),
      runs,
    );
  });
});

describe('sealing', () => {
  it('passes on what the materials manager throws', async () => {
    const failure = new Error('no key today');
    const broken: NodeMaterialsManager = {
      getEncryptionMaterials: () => Promise.reject(failure),
      decryptMaterials: () => Promise.reject(failure),
    };
    await expect(sealEnvelope(broken, context, Buffer.from('text'))).rejects.toBe(failure);
  });

  /** @returns a manager, and whether the data keys it gave are still in memory */
  const watched = (
    change: (
      request: Parameters<NodeMaterialsManager['getEncryptionMaterials']>[0],
    ) => ReturnType<NodeMaterialsManager['getEncryptionMaterials']>,
  ) => {
    const given: Awaited<ReturnType<NodeMaterialsManager['getEncryptionMaterials']>>[] = [];
    const manager: NodeMaterialsManager = {
      getEncryptionMaterials: async (request) => {
        const material = await change(request);
        given.push(material);
        return material;
      },
      decryptMaterials: (request) => freshKeys.decryptMaterials(request),
    };
    return { manager, inMemory: () => given.map((material) => material.hasUnencryptedDataKey) };
  };

  it('leaves no data key behind', async () => {
    const { manager, inMemory } = watched((request) => freshKeys.getEncryptionMaterials(request));
    await sealEnvelope(manager, context, Buffer.alloc(3 * frameLength));
    expect(inMemory()).toEqual([false]);
  });

  it('refuses materials of more data keys than one, and leaves none behind', async () => {
    const { manager, inMemory } = watched(async (request) =>
      (await freshKeys.getEncryptionMaterials(request)).addEncryptedDataKey(
        new EncryptedDataKey({
          providerId: 'aws-kms',
          providerInfo: 'another',
          encryptedDataKey: new Uint8Array(60),
        }),
        KeyringTraceFlag.WRAPPING_KEY_ENCRYPTED_DATA_KEY,
      ),
    );
    await expect(sealEnvelope(manager, context, Buffer.from('text'))).rejects.toThrow('data keys');
    expect(inMemory()).toEqual([false]);
  });

  it.each([
    AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16,
    AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA256,
    AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY_ECDSA_P384,
  ])('refuses materials of suite %i, and leaves no data key behind', async (id) => {
    const { manager, inMemory } = watched((request) =>
      freshKeys.getEncryptionMaterials({ ...request, suite: new NodeAlgorithmSuite(id) }),
    );
    await expect(sealEnvelope(manager, context, Buffer.from('text'))).rejects.toThrow('suite');
    expect(inMemory()).toEqual([false]);
  });

  it('counts messages and bytes against the limits of a shared data key', async () => {
    const limits = { maxMessagesEncrypted: 4, maxBytesEncrypted: 10_000 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: limits.maxBytesEncrypted }), { minLength: 1, maxLength: 12 }),
        async (lengths) => {
          const keys = sharedKeys(limits);
          const used = new Map<string, number[]>();
          for (const length of lengths) {
            const key = dataKeyOf(await sealEnvelope(keys, context, Buffer.alloc(length)));
            used.set(key, [...(used.get(key) ?? []), length]);
          }
          for (const sealed of used.values()) {
            expect(sealed.length).toBeLessThanOrEqual(limits.maxMessagesEncrypted);
            expect(sealed.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(
              limits.maxBytesEncrypted,
            );
          }
          if (lengths.every((length) => length === 0)) {
            expect(used.size).toBe(Math.ceil(lengths.length / limits.maxMessagesEncrypted));
          }
        },
      ),
      { numRuns: 40, examples: [[Array.from({ length: 9 }, () => 0)]] },
    );
  });
});
