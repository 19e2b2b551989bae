import {
  type AwsEsdkJsDecipherGCM,
  getDecryptionHelper,
  NodeAlgorithmSuite,
  type NodeMaterialsManager,
} from '@aws-crypto/material-management-node';
import { ContentType, decodeBodyHeader, deserializeFactory } from '@aws-crypto/serialize';

import { boundToFrame, maxEncryptedDataKeys, suite, viewOf } from './envelope-format.ts';

const tagBytes = 16;
const nothing = Buffer.alloc(0);

const { deserializeMessageHeader } = deserializeFactory(
  (bytes) => viewOf(bytes).toString('utf8'),
  NodeAlgorithmSuite,
);

/** @throws what Node throws where data, additional data or tag are not what was sealed */
const verified = (
  decipher: AwsEsdkJsDecipherGCM,
  additional: Uint8Array,
  data: Buffer,
  tag: Uint8Array,
): Buffer => {
  decipher.setAAD(viewOf(additional)).setAuthTag(viewOf(tag));
  return Buffer.concat([decipher.update(data), decipher.final()]);
};

const refuse = (reason: string): never => {
  throw new Error(reason);
};

/**
 * Opens a whole message of the AWS Encryption SDK that lies in memory, with the SDK's own parsers, materials and key derivation.
 * Its `decrypt` is a pipeline of four streams, which costs several times what the cryptography does.
 * Takes framed messages of our one suite, up to their last byte and not one more.
 * @returns the plaintext, every frame of which was verified
 * @throws Error for anything else, and whatever the materials manager throws
 * @see AWS Encryption SDK message format reference; body additional authenticated data
 */
export const openEnvelope = async (
  materials: NodeMaterialsManager,
  envelope: Buffer,
): Promise<Buffer> => {
  const header = deserializeMessageHeader(envelope, { maxEncryptedDataKeys });
  if (header === false) return refuse('The header is incomplete');
  const { messageHeader, algorithmSuite, rawHeader, headerAuth } = header;
  const { messageId, contentType, encryptionContext, encryptedDataKeys } = messageHeader;
  if (
    algorithmSuite.id !== suite.id ||
    contentType !== ContentType.FRAMED_DATA ||
    !('suiteData' in messageHeader)
  ) {
    return refuse('Another kind of message');
  }
  const material = await materials.decryptMaterials({
    suite,
    encryptionContext,
    encryptedDataKeys,
  });
  const { getDecipherInfo, dispose } = getDecryptionHelper(material);
  try {
    // Compares the commitment to the key before anything is decrypted.
    const decipherOf = getDecipherInfo(messageId, messageHeader.suiteData);
    verified(decipherOf(headerAuth.headerIv), rawHeader, nothing, headerAuth.headerAuthTag);
    const parts: Buffer[] = [];
    let at = rawHeader.byteLength + headerAuth.headerAuthLength;
    let isLast = false;
    while (!isLast) {
      const frame = decodeBodyHeader(envelope, header, at);
      if (frame === false) return refuse('A frame is incomplete');
      const { readPos, contentLength, sequenceNumber, isFinalFrame, iv } = frame;
      const end = readPos + contentLength;
      // In their order: a suite without a signature has nothing else that would tell.
      if (sequenceNumber !== parts.length + 1 || end + tagBytes > envelope.byteLength) {
        return refuse('A frame is out of its place');
      }
      parts.push(
        verified(
          decipherOf(iv),
          boundToFrame(messageId, frame),
          envelope.subarray(readPos, end),
          envelope.subarray(end, end + tagBytes),
        ),
      );
      at = end + tagBytes;
      isLast = isFinalFrame;
    }
    if (at !== envelope.byteLength) return refuse('Something follows the message');
    return Buffer.concat(parts);
  } finally {
    dispose();
  }
};
