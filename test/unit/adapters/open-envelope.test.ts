import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { buildDecrypt } from '@aws-crypto/decrypt-node';
import { buildEncrypt } from '@aws-crypto/encrypt-node';
import {
  AlgorithmSuiteIdentifier,
  CommitmentPolicy,
  NodeDefaultCryptographicMaterialsManager,
  type NodeMaterialsManager,
} from '@aws-crypto/material-management-node';
import fc from 'fast-check';
import { suite } from '../../../adapters/envelope-format.ts';
import { openEnvelope } from '../../../adapters/open-envelope.ts';
import { wrappedDataKeys } from '../../support/fakes/wrapped-data-keys.ts';

const materials: NodeMaterialsManager = new NodeDefaultCryptographicMaterialsManager(
  wrappedDataKeys(),
);
const { encrypt } = buildEncrypt(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const { decrypt } = buildDecrypt(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const sealed = async (plaintext: Uint8Array, frameLength: number, suiteId = suite.id) =>
  (
    await encrypt(materials, Buffer.from(plaintext), {
      suiteId,
      frameLength,
      plaintextLength: plaintext.byteLength,
      encryptionContext: { purpose: 'credentials', grant: 'own-files' },
    })
  ).result;
const isRefused = (envelope: Buffer): Promise<boolean> =>
  openEnvelope(materials, envelope).then(
    () => false,
    () => true,
  );
const message = fc.record({
  plaintext: fc.uint8Array({ maxLength: 200 }),
  frameLength: fc.integer({ min: 1, max: 64 }),
});

describe('an envelope', () => {
  it('opens to what was sealed, as the library itself opens it', async () => {
    await fc.assert(
      fc.asyncProperty(message, async ({ plaintext, frameLength }) => {
        const envelope = await sealed(plaintext, frameLength);
        const opened = await openEnvelope(materials, envelope);
        expect(opened).toEqual(Buffer.from(plaintext));
        expect(opened).toEqual((await decrypt(materials, envelope)).plaintext);
      }),
      { numRuns: 40 },
    );
  });

  it('is refused with any bit changed, with any part cut off or anything behind it [SEC-04]', async () => {
    await fc.assert(
      fc.asyncProperty(
        message,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async ({ plaintext, frameLength }, place, bits) => {
          const envelope = await sealed(plaintext, frameLength);
          const at = place % envelope.byteLength;
          const changed = Buffer.from(envelope);
          changed.writeUInt8(changed.readUInt8(at) ^ bits, at);
          expect(await isRefused(changed)).toBe(true);
          expect(await isRefused(envelope.subarray(0, at))).toBe(true);
          expect(await isRefused(Buffer.concat([envelope, Buffer.of(bits)]))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is refused with two of its frames exchanged, or one left out or repeated', async () => {
    const frameLength = 16;
    const envelope = await sealed(randomBytes(4 * frameLength), frameLength);
    const frameBytes = 4 + 12 + frameLength + 16;
    const lastFrameBytes = 4 + 4 + 12 + 4 + 0 + 16;
    const beginsAt = envelope.byteLength - lastFrameBytes - 4 * frameBytes;
    const frame = (index: number) =>
      envelope.subarray(beginsAt + index * frameBytes, beginsAt + (index + 1) * frameBytes);
    const withFrames = (...order: number[]) =>
      Buffer.concat([
        envelope.subarray(0, beginsAt),
        ...order.map(frame),
        envelope.subarray(-lastFrameBytes),
      ]);
    expect(await isRefused(withFrames(0, 1, 2, 3))).toBe(false);
    for (const order of [[1, 0, 2, 3], [0, 2, 3], [0, 1, 1, 2, 3], [0, 1, 2], []]) {
      expect(await isRefused(withFrames(...order))).toBe(true);
    }
  });

  it('of another suite is refused before a data key is asked for', async () => {
    const signed =
      AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY_ECDSA_P384;
    const envelope = await sealed(randomBytes(10), 64, signed);
    const untouched: NodeMaterialsManager = {
      ...materials,
      decryptMaterials: () => Promise.reject(new Error('asked')),
    };
    await expect(openEnvelope(untouched, envelope)).rejects.toThrow('Another kind of message');
  });
});
