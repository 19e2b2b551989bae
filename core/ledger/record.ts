import type { Digest } from '../ports.ts';
import { canonicalJson, type Json } from './canonical-json.ts';

export const recordKinds = [
  'session',
  'issuance',
  'denial',
  'identity',
  'revocation',
  'batch',
  'removal',
  'restoration',
] as const;
export type RecordKind = (typeof recordKinds)[number];

/**
 * One change as the ledger keeps it. `data` holds the attributes that its kind lists, and no other: what is sealed or
 * secret in a row does not reach the ledger.
 */
export interface LedgerRecord {
  readonly format: 1;
  readonly kind: RecordKind;
  /** Of the session, the issuance, the denial, the subject, … */
  readonly id: string;
  /** Null where nobody was established. */
  readonly subject: string | null;
  readonly atEpochSeconds: number;
  readonly data: Readonly<Record<string, Json>>;
}

/**
 * Which record it is. A session has one per state; a row that should never change, and did, has a second one.
 */
export interface RecordKey {
  readonly kind: RecordKind;
  readonly id: string;
  /** 32 hex digits of the SHA-256 over the record's text. */
  readonly fingerprint: string;
}

export const textOfRecord = (record: LedgerRecord): string => canonicalJson({ ...record });

export const keyOfRecord = (record: LedgerRecord, digest: Digest): RecordKey => ({
  kind: record.kind,
  id: record.id,
  fingerprint: digest.sha256Hex(textOfRecord(record)).slice(0, 32),
});

/** How many chains there are: each is written one record after the other, all of them side by side. */
export const shardCount = 8;

/**
 * The chain that a record belongs to: a subject's records are all in one, in their order.
 * @returns 0 … `shardCount` − 1
 */
export const shardOf = (record: Pick<LedgerRecord, 'subject' | 'id'>, digest: Digest): number =>
  Number.parseInt(digest.sha256Hex(record.subject ?? record.id).slice(0, 8), 16) % shardCount;
