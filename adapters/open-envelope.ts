import {
  AlgorithmSuiteIdentifier,
  type AwsEsdkJsDecipherGCM,
  getDecryptionHelper,
  NodeAlgorithmSuite,
  type NodeMaterialsManager,
} from '@aws-crypto/material-management-node';
import {
  aadFactory,
  ContentType,
  decodeBodyHeader,
  deserializeFactory,
} from '@aws-crypto/serialize';

/** Committing and unsigned: who seals and who opens are of one trust domain. */
export const suiteId = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY;
export const maxEncryptedDataKeys = 1;

const tagBytes = 16;
const nothing = Buffer.alloc(0);
const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

const { deserializeMessageHeader } = deserializeFactory(
  (bytes) => viewOf(bytes).toString('utf8'),
  NodeAlgorithmSuite,
);
const { messageAAD, messageAADContentString } = aadFactory((text) => Buffer.from(text, 'utf8'));

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
    algorithmSuite.id !== suiteId ||
    contentType !== ContentType.FRAMED_DATA ||
    !('suiteData' in messageHeader)
  ) {
    return refuse('Another kind of message');
  }
  const material = await materials.decryptMaterials({
    suite: new NodeAlgorithmSuite(suiteId),
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
      const name = messageAADContentString({ contentType, isFinalFrame });
      parts.push(
        verified(
          decipherOf(iv),
          messageAAD(messageId, name, sequenceNumber, contentLength),
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
