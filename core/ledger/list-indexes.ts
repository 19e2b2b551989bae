import type { ListFilter } from './listing.ts';

/** Where each list is: the index, and the attribute that it is partitioned by. */
export const listIndexes = {
  time: { index: 'by-time', attribute: 'byTime' },
  refusal: { index: 'by-refusal', attribute: 'byRefusal' },
  accessKeyId: { index: 'by-access-key-id', attribute: 'byAccessKeyId' },
  identityId: { index: 'by-identity-id', attribute: 'byIdentityId' },
  subject: { index: 'by-subject', attribute: 'bySubject' },
  actor: { index: 'by-actor', attribute: 'byActor' },
  grant: { index: 'by-grant', attribute: 'byGrant' },
  client: { index: 'by-client', attribute: 'byClient' },
} as const;

/** Of what few values occur, each is spread over as many partitions as there are chains. */
export const isSpread = (filter: ListFilter): boolean =>
  filter === 'actor' || filter === 'grant' || filter === 'client';

export const listPartition = {
  spread: (value: string, shard: number) => `${value}#${String(shard)}`,
  sessionsOf: (subject: string) => `SESSIONS#${subject}`,
};

/** What each list keeps of a record beside its key: what is left to filter by. */
export const listedAttributes = [
  'accessKeyId',
  'identityId',
  'subject',
  'actor',
  'grant',
  'client',
  'outcome',
] as const satisfies readonly (ListFilter | 'outcome')[];

/** By which each list is sorted. */
export const listSortAttribute = 'listedAt';
