/** The MD5 sums by which clients check that a message came through whole; no security hangs on them. */
import { createHash } from 'node:crypto';
import type { MessageAttribute } from './model.ts';

export const digestOfBody = (body: string): string => createHash('md5').update(body).digest('hex');

const withLength = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** @see docs.aws.amazon.com/AWSSimpleQueueService "Calculating the MD5 message digest for message attributes" */
export const digestOfAttributes = (
  attributes: Readonly<Record<string, MessageAttribute>>,
): string => {
  const hash = createHash('md5');
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes).sort(
    ([left], [right]) => (left < right ? -1 : 1),
  )) {
    const isBinary = DataType.startsWith('Binary');
    const value = isBinary
      ? Buffer.from(BinaryValue ?? '', 'base64')
      : Buffer.from(StringValue ?? '');
    hash.update(withLength(Buffer.from(name)));
    hash.update(withLength(Buffer.from(DataType)));
    hash.update(Buffer.from([isBinary ? 2 : 1]));
    hash.update(withLength(value));
  }
  return hash.digest('hex');
};
