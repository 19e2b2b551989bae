import type { Digest } from '../ports.ts';
import type { LedgerRecord } from './record.ts';

/** A place in a chain: how many records there are up to here, and the hash that stands for all of them. */
export interface Position {
  readonly sequence: number;
  /** 64 hex digits. */
  readonly hash: string;
}

/** One record in its chain. */
export interface Link extends Position {
  readonly shard: number;
  readonly previousHash: string;
  /** The record's canonical text: what is hashed. */
  readonly record: string;
}

/** Where every chain begins. */
export const genesis: Position = { sequence: 0, hash: '0'.repeat(64) };

/** The hash binds a record to everything before it, and to its place. */
export const hashOfLink = (
  link: Pick<Link, 'shard' | 'sequence' | 'previousHash' | 'record'>,
  digest: Digest,
): string =>
  digest.sha256Hex([link.previousHash, link.shard, link.sequence, link.record].join('\n'));

export const linkAfter = (
  position: Position,
  shard: number,
  record: string,
  digest: Digest,
): Link => {
  const link = {
    shard,
    sequence: position.sequence + 1,
    previousHash: position.hash,
    record,
  };
  return { ...link, hash: hashOfLink(link, digest) };
};

export const recordOfLink = ({ record }: Link): LedgerRecord => JSON.parse(record) as LedgerRecord;
