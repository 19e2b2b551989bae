import type { MessageHeader } from '@aws-crypto/decrypt-node';

const utf8Length = (value: string): number => Buffer.byteLength(value, 'utf8');
/** Two bytes say how long what follows is. */
const prefixed = (length: number): number => 2 + length;

const tagBytes = 16;
const headerLength = (header: MessageHeader): number => {
  const pairs = Object.entries(header.encryptionContext);
  const context = pairs.reduce(
    (sum, [name, value]) => sum + prefixed(utf8Length(name)) + prefixed(utf8Length(value)),
    2,
  );
  const dataKeys = header.encryptedDataKeys.reduce(
    (sum, key) =>
      sum +
      prefixed(utf8Length(key.providerId)) +
      prefixed(utf8Length(key.providerInfo)) +
      prefixed(key.encryptedDataKey.byteLength),
    2,
  );
  const version = 1;
  const suite = 2;
  const contentType = 1;
  const frameLength = 4;
  return (
    version +
    suite +
    header.messageId.byteLength +
    prefixed(context) +
    dataKeys +
    contentType +
    frameLength +
    ('suiteData' in header ? header.suiteData.byteLength : 0) +
    tagBytes
  );
};

/**
 * How many bytes a whole message has, which the Encryption SDK reads without asking what follows it.
 * For framed messages of format version 2 without a signature.
 * @see AWS Encryption SDK message format reference
 */
export const envelopeLength = (header: MessageHeader, plaintextBytes: number): number => {
  const sequenceAndIv = 4 + 12;
  const frame = sequenceAndIv + header.frameLength + tagBytes;
  const fullFrames = Math.floor(plaintextBytes / header.frameLength);
  const lastBytes = plaintextBytes % header.frameLength;
  // Its own marker and length beside what every frame has.
  const lastFrame = 4 + sequenceAndIv + 4 + lastBytes + tagBytes;
  return headerLength(header) + fullFrames * frame + lastFrame;
};
