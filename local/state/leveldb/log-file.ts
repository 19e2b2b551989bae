/**
 * LevelDB's log format, of which its logs and its manifest are. LevelDB itself passes over what is damaged in a log and
 * goes on without it; here that is an error. A record that the end of the file cuts off was being written when the
 * process was killed, and is none.
 * @see LevelDB, doc/log_format.md
 */
import { maskedChecksum } from './crc32c.ts';

const blockBytes = 32_768;
const headerBytes = 7;
const types = { full: 1, first: 2, middle: 3, last: 4 } as const;

const isRecordAt = (file: Buffer, at: number): boolean => {
  const type = file.readUInt8(at + 6);
  const end = at + headerBytes + file.readUInt16LE(at + 4);
  return (
    type >= types.full &&
    type <= types.last &&
    end <= file.length &&
    maskedChecksum(file.subarray(at + 6, end)) === file.readUInt32LE(at)
  );
};

/** Nothing follows what was cut off; where a record does, a length was changed. */
const requireCutOff = (file: Buffer, at: number): void => {
  for (let next = at + 1; next + headerBytes <= file.length; next += 1)
    if (isRecordAt(file, next)) throw new RangeError('A record has another length.');
};

/** @throws RangeError where a record is not what was written */
export const recordsOf = (file: Buffer): readonly Buffer[] => {
  const records: Buffer[] = [];
  let parts: Buffer[] = [];
  let at = 0;
  while (at + headerBytes <= file.length) {
    const left = blockBytes - (at % blockBytes);
    if (left < headerBytes) {
      at += left;
      continue;
    }
    const length = file.readUInt16LE(at + 4);
    const type = file.readUInt8(at + 6);
    const end = at + headerBytes + length;
    if (headerBytes + length > left) throw new RangeError('A record is longer than its block.');
    if (end > file.length) {
      requireCutOff(file, at);
      break;
    }
    if (maskedChecksum(file.subarray(at + 6, end)) !== file.readUInt32LE(at))
      throw new RangeError('A record has another checksum.');
    const isBeginning = type === types.full || type === types.first;
    if (isBeginning !== (parts.length === 0) || type > types.last)
      throw new RangeError('A record lacks a part.');
    parts.push(file.subarray(at + headerBytes, end));
    if (type === types.full || type === types.last) {
      records.push(Buffer.concat(parts));
      parts = [];
    }
    at = end;
  }
  return records;
};
