/** As many as the first hexadecimal digit of a cache key has values. */
export const liveShards = 16;

/** Where the live sessions are listed: an index of the sessions' rows, sorted by their end. */
export const liveIndex = {
  name: 'live',
  attribute: 'liveIn',
  sortAttribute: 'expiresAtEpochSeconds',
  /** As the state RecordSession writes it. */
  partition: (shard: number) => `LIVE#${shard.toString(16)}`,
  keptAttributes: ['subject', 'grant', 'rule', 'evidence', 'mintedAtEpochSeconds'],
} as const;
