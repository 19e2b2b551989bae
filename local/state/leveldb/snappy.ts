/** @see Google's description of the format, snappy/format_description.txt. @throws RangeError */
import { byteReader } from './byte-reader.ts';

const largest = 64 * 1024 * 1024;

export const uncompress = (compressed: Buffer): Buffer => {
  const reader = byteReader(compressed);
  const length = reader.varint();
  if (length > largest) throw new RangeError('The block is too long.');
  const output = Buffer.alloc(length);
  let at = 0;
  const copy = (size: number, distance: number): void => {
    if (distance === 0 || distance > at || size > length - at)
      throw new RangeError('A copy reaches beyond the block.');
    // Byte by byte: it may copy what it has just written.
    for (const end = at + size; at < end; at += 1)
      output.writeUInt8(output.readUInt8(at - distance), at);
  };
  while (!reader.atEnd()) {
    const tag = reader.bytes(1).readUInt8();
    const upper = tag >>> 2;
    switch (tag & 3) {
      case 0: {
        const extra = Math.max(0, upper - 59);
        const size = (extra === 0 ? upper : reader.bytes(extra).readUIntLE(0, extra)) + 1;
        if (size > length - at) throw new RangeError('A literal reaches beyond the block.');
        at += reader.bytes(size).copy(output, at);
        break;
      }
      case 1:
        copy((upper & 7) + 4, ((tag >>> 5) << 8) | reader.bytes(1).readUInt8());
        break;
      case 2:
        copy(upper + 1, reader.bytes(2).readUInt16LE());
        break;
      default:
        copy(upper + 1, reader.bytes(4).readUInt32LE());
    }
  }
  return output;
};
