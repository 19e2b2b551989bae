import type { LedgerRecord } from './record.ts';

export const outcomes = ['minted', 'cache', 'denied', 'withdrawn', 'failed'] as const;

/**
 * What came of a request: a hand-out of a session that was `minted` for it or found in the `cache`, or a refusal; `withdrawn` is a session that was revoked while it
 * was minted, `failed` one that was never finished: neither was handed out.
 */
export type Outcome = (typeof outcomes)[number];

/** What a list of issuances may be narrowed to, each by equality. */
export const listFilters = [
  'accessKeyId',
  'identityId',
  'subject',
  'actor',
  'grant',
  'client',
] as const;
export type ListFilter = (typeof listFilters)[number];

/** By what a record is found in lists; null where it is in none. */
export interface Listing {
  /** Sorts by time, and is unique: seconds, then the id, which itself sorts by time where the broker made it. */
  readonly listedAt: string;
  /** Null for a session, which is listed under its subject only. */
  readonly outcome: Outcome | null;
  readonly terms: Readonly<Partial<Record<ListFilter, string>>>;
}

const outcomeOf = ({ kind, data }: LedgerRecord): Outcome | null => {
  if (kind === 'issuance') return data['source'] === 'minted' ? 'minted' : 'cache';
  if (kind === 'denial') return 'denied';
  if (kind !== 'session') return null;
  if (data['status'] === 'WITHDRAWN') return 'withdrawn';
  return data['status'] === 'FAILED' ? 'failed' : null;
};

/** Where lists of a time begin: everything from that second on sorts at or after it. */
export const listedFrom = (epochSeconds: number): string => String(epochSeconds).padStart(12, '0');

export const listingOf = (record: LedgerRecord): Listing | null => {
  const outcome = outcomeOf(record);
  const isLiveSession = record.kind === 'session' && record.data['status'] === 'ACTIVE';
  if (outcome === null && !isLiveSession) return null;
  const terms = listFilters.flatMap((name) => {
    const value = name === 'subject' ? record.subject : record.data[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return {
    listedAt: `${listedFrom(record.atEpochSeconds)}#${record.id}/${record.kind}`,
    outcome,
    terms: Object.fromEntries(terms),
  };
};
