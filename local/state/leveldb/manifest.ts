/** Which files a LevelDB database consists of. */
import { byteReader } from './byte-reader.ts';
import { recordsOf } from './log-file.ts';

export interface DatabaseFiles {
  /** Numbers of the tables. */
  readonly tables: ReadonlySet<number>;
  /** The log that is written to; later ones may be there, too. 0 before the database was first opened. */
  readonly log: number;
}

/** Of a version edit. @see LevelDB, db/version_edit.cc */
const tags = {
  comparator: 1,
  logNumber: 2,
  nextFileNumber: 3,
  lastSequence: 4,
  compactPointer: 5,
  deletedFile: 6,
  newFile: 7,
  previousLogNumber: 9,
} as const;

/** @throws RangeError where it is not what LevelDB wrote */
export const readManifest = (file: Buffer): DatabaseFiles => {
  const tables = new Set<number>();
  let log = 0;
  for (const record of recordsOf(file)) {
    const reader = byteReader(record);
    while (!reader.atEnd()) {
      const tag = reader.varint();
      switch (tag) {
        case tags.comparator:
          reader.prefixed();
          break;
        case tags.logNumber:
          log = reader.varint();
          break;
        case tags.nextFileNumber:
        case tags.lastSequence:
        case tags.previousLogNumber:
          reader.varint();
          break;
        case tags.compactPointer:
          reader.varint();
          reader.prefixed();
          break;
        case tags.deletedFile:
          reader.varint();
          tables.delete(reader.varint());
          break;
        case tags.newFile:
          reader.varint();
          tables.add(reader.varint());
          reader.varint();
          reader.prefixed();
          reader.prefixed();
          break;
        default:
          throw new RangeError('The manifest says what is not known.');
      }
    }
  }
  return { tables, log };
};
