/** Reads LevelDB's encodings one after the other. */
export interface ByteReader {
  readonly atEnd: () => boolean;
  /** LEB128. */
  readonly varint: () => number;
  readonly bytes: (length: number) => Buffer;
  /** A varint, and so many bytes. */
  readonly prefixed: () => Buffer;
}

/** Its functions throw RangeError where the bytes end too soon. */
export const byteReader = (buffer: Buffer): ByteReader => {
  let at = 0;
  const bytes = (length: number): Buffer => {
    if (length > buffer.length - at) throw new RangeError('The bytes end too soon.');
    at += length;
    return buffer.subarray(at - length, at);
  };
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; factor < 2 ** 63; factor *= 128) {
      const byte = bytes(1).readUInt8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new RangeError('A number is too long.');
  };
  return { atEnd: () => at >= buffer.length, varint, bytes, prefixed: () => bytes(varint()) };
};
