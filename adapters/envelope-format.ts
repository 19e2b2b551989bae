import { AlgorithmSuiteIdentifier, NodeAlgorithmSuite } from '@aws-crypto/material-management-node';
import { aadFactory, ContentType } from '@aws-crypto/serialize';

/** Committing and unsigned: who seals and who opens are of one trust domain. */
export const suite = new NodeAlgorithmSuite(
  AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
);
export const maxEncryptedDataKeys = 1;

export const bytesOfText = (text: string): Buffer => Buffer.from(text, 'utf8');
export const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

const { messageAAD, messageAADContentString } = aadFactory(bytesOfText);

/**
 * The additional authenticated data of a frame: it opens in no other message, at no other place, and not as the last one where it is not.
 * @see AWS Encryption SDK body additional authenticated data
 */
export const boundToFrame = (
  messageId: Uint8Array,
  frame: {
    readonly sequenceNumber: number;
    readonly contentLength: number;
    readonly isFinalFrame: boolean;
  },
): Buffer => {
  const { sequenceNumber, contentLength, isFinalFrame } = frame;
  const kind = messageAADContentString({ contentType: ContentType.FRAMED_DATA, isFinalFrame });
  return viewOf(messageAAD(messageId, kind, sequenceNumber, contentLength));
};
