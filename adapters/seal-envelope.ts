import { randomBytes } from 'node:crypto';
import {
  type AwsEsdkJsCipherGCM,
  CommitmentPolicy,
  type EncryptionContext,
  getEncryptHelper,
  type NodeMaterialsManager,
} from '@aws-crypto/material-management-node';
import { FRAME_LENGTH, MessageIdLength, serializeFactory } from '@aws-crypto/serialize';

import {
  boundToFrame,
  bytesOfText,
  maxEncryptedDataKeys,
  suite,
  viewOf,
} from './envelope-format.ts';

const nothing = Buffer.alloc(0);
const {
  buildMessageHeader,
  finalFrameHeader,
  frameHeader,
  frameIv,
  headerAuthIv,
  serializeMessageHeader,
} = serializeFactory(bytesOfText, { utf8Sorting: true });

/** @returns what opens again only with the same additional data: the ciphertext, and its tag behind it */
const sealedWith = (cipher: AwsEsdkJsCipherGCM, additional: Buffer, data: Buffer): Buffer[] => {
  cipher.setAAD(additional);
  return [cipher.update(data), cipher.final(), cipher.getAuthTag()];
};

/**
 * Makes a whole message of the AWS Encryption SDK in memory, with the SDK's own materials, key derivation and serializers.
 * Its `encrypt` is a pipeline of three streams, which costs several times what the cryptography does.
 * The length of the plaintext is told to the materials manager: limits of shared data keys are counted by it.
 * @returns a framed message of our one suite, the form of which is that of the SDK's
 * @throws Error where the materials are not for such a message, and whatever the materials manager throws
 * @see AWS Encryption SDK message format reference
 */
export const sealEnvelope = async (
  materials: NodeMaterialsManager,
  encryptionContext: EncryptionContext,
  plaintext: Buffer,
): Promise<Buffer> => {
  const material = await materials.getEncryptionMaterials({
    suite,
    encryptionContext,
    plaintextLength: plaintext.byteLength,
    commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
  });
  const { getCipherInfo, dispose } = getEncryptHelper(material);
  try {
    // A manager may answer with another one; what the commitment policy asks for is that it is ours.
    if (material.suite.id !== suite.id) throw new Error('Materials of another suite');
    const { encryptedDataKeys } = material;
    if (encryptedDataKeys.length > maxEncryptedDataKeys) throw new Error('Too many data keys');
    // The key is derived with it, for this message alone: that is why initialization vectors may be counted from zero.
    const messageId = randomBytes(MessageIdLength.V2);
    const { getCipher, keyCommitment } = getCipherInfo(messageId);
    const header = viewOf(
      serializeMessageHeader(
        buildMessageHeader({
          suite,
          encryptedDataKeys,
          encryptionContext: material.encryptionContext,
          messageId,
          frameLength: FRAME_LENGTH,
          suiteData: keyCommitment,
        }),
      ),
    );
    const parts = [header, ...sealedWith(getCipher(headerAuthIv(suite.ivLength)), header, nothing)];
    // The last frame is never a whole one: after a plaintext of whole frames it is empty, as the SDK makes it.
    const wholeFrames = Math.floor(plaintext.byteLength / FRAME_LENGTH);
    for (let place = 0; place <= wholeFrames; place += 1) {
      const sequenceNumber = place + 1;
      const isFinalFrame = place === wholeFrames;
      const content = plaintext.subarray(place * FRAME_LENGTH, sequenceNumber * FRAME_LENGTH);
      const contentLength = content.byteLength;
      const iv = frameIv(suite.ivLength, sequenceNumber);
      parts.push(
        viewOf(
          isFinalFrame
            ? finalFrameHeader(sequenceNumber, iv, contentLength)
            : frameHeader(sequenceNumber, iv),
        ),
        ...sealedWith(
          getCipher(iv),
          boundToFrame(messageId, { sequenceNumber, contentLength, isFinalFrame }),
          content,
        ),
      );
    }
    return Buffer.concat(parts);
  } finally {
    dispose();
  }
};
