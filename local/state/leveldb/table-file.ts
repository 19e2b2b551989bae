/**
 * The checksums of a table's blocks, which LevelDB looks at only when it compacts.
 * @see LevelDB, doc/table_format.md
 */
import { byteReader, type ByteReader } from './byte-reader.ts';
import { maskedChecksum } from './crc32c.ts';
import { uncompress } from './snappy.ts';

const footerBytes = 48;
const trailerBytes = 5;
const magic = Buffer.from('57fb808b247547db', 'hex');
const compressions = { none: 0, snappy: 1 } as const;

interface Handle {
  readonly offset: number;
  readonly size: number;
}

const readHandle = (reader: ByteReader): Handle => ({
  offset: reader.varint(),
  size: reader.varint(),
});

/** Null where the compression is not known. */
const readBlock = (file: Buffer, { offset, size }: Handle): Buffer | null => {
  const end = offset + size + trailerBytes;
  if (end > file.length - footerBytes) throw new RangeError('A block reaches beyond the table.');
  if (maskedChecksum(file.subarray(offset, end - 4)) !== file.readUInt32LE(end - 4))
    throw new RangeError('A block has another checksum.');
  const data = file.subarray(offset, offset + size);
  switch (file.readUInt8(offset + size)) {
    case compressions.none:
      return data;
    case compressions.snappy:
      return uncompress(data);
    default:
      return null;
  }
};

/** The values of an index, or of the list of further blocks: where blocks lie. */
const handlesIn = (block: Buffer): readonly Handle[] => {
  const restarts = block.readUInt32LE(block.length - 4);
  const reader = byteReader(block.subarray(0, block.length - 4 * (restarts + 1)));
  const handles: Handle[] = [];
  while (!reader.atEnd()) {
    reader.varint();
    const [keyBytes, valueBytes] = [reader.varint(), reader.varint()];
    reader.bytes(keyBytes);
    handles.push(readHandle(byteReader(reader.bytes(valueBytes))));
  }
  return handles;
};

/** @throws RangeError where it is not what LevelDB wrote */
export const checkTable = (file: Buffer): void => {
  const footer = file.subarray(Math.max(0, file.length - footerBytes));
  if (footer.length < footerBytes || !footer.subarray(footerBytes - 8).equals(magic))
    throw new RangeError('The table has no end.');
  const reader = byteReader(footer);
  for (const list of [readHandle(reader), readHandle(reader)]) {
    const block = readBlock(file, list);
    for (const handle of block === null ? [] : handlesIn(block)) readBlock(file, handle);
  }
};
