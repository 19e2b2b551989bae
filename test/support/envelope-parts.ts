import { NodeAlgorithmSuite } from '@aws-crypto/material-management-node';
import {
  decodeBodyHeader,
  deserializeFactory,
  type FrameBodyHeader,
  type HeaderInfo,
} from '@aws-crypto/serialize';

const tagBytes = 16;
const { deserializeMessageHeader } = deserializeFactory(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  NodeAlgorithmSuite,
);
/** What stands in a message of the Encryption SDK in clear, read without a key. */
export const partsOf = (envelope: Buffer): { header: HeaderInfo; frames: FrameBodyHeader[] } => {
  const header = deserializeMessageHeader(envelope, { maxEncryptedDataKeys: 1 });
  if (header === false) throw new Error('No whole header');
  const frames: FrameBodyHeader[] = [];
  let at = header.rawHeader.byteLength + header.headerAuth.headerAuthLength;
  while (at < envelope.byteLength) {
    const frame = decodeBodyHeader(envelope, header, at);
    if (frame === false) throw new Error('No whole frame');
    frames.push(frame as FrameBodyHeader);
    at = frame.readPos + frame.contentLength + tagBytes;
  }
  return { header, frames };
};
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const messageIdOf = (envelope: Buffer): string =>
  hex(partsOf(envelope).header.messageHeader.messageId);
export const dataKeyOf = (envelope: Buffer): string => {
  const [key] = partsOf(envelope).header.messageHeader.encryptedDataKeys;
  return hex(key?.encryptedDataKey ?? new Uint8Array());
};
