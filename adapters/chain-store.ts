import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';

import type { ChainStore } from '../core/ledger/chain-store.ts';
import { recordOfLink, type Link } from '../core/ledger/link.ts';
import { isSpread, listIndexes, listPartition } from '../core/ledger/list-indexes.ts';
import { listFilters, listingOf } from '../core/ledger/listing.ts';
import { dynamoChainNotes } from './chain-notes.ts';
import { dynamoChainReader } from './chain-reader.ts';
import { putNew } from './put-new.ts';
import { keyOf, text } from './rows.ts';

const indexed = (link: Link): Record<string, AttributeValue> => {
  const listing = listingOf(recordOfLink(link));
  if (listing === null) return {};
  const { listedAt, outcome, terms } = listing;
  if (outcome === null) {
    return {
      listedAt: text(listedAt),
      bySubject: text(listPartition.sessionsOf(terms.subject ?? '-')),
    };
  }
  return {
    listedAt: text(listedAt),
    outcome: text(outcome),
    byTime: text(String(link.shard)),
    ...(outcome === 'minted' || outcome === 'cache'
      ? {}
      : { byRefusal: text(listPartition.spread(outcome, link.shard)) }),
    ...Object.fromEntries(
      listFilters.flatMap((filter) => {
        const value = terms[filter];
        if (value === undefined) return [];
        const partition = isSpread(filter) ? listPartition.spread(value, link.shard) : value;
        return [
          [filter, text(value)],
          [listIndexes[filter].attribute, text(partition)],
        ];
      }),
    ),
  };
};

/** A link as it stands in the table, with what the lists find it by. */
export const rowOfLink = (link: Link): Record<string, AttributeValue> => ({
  ...keyOf.link(link.shard, link.sequence),
  previousHash: text(link.previousHash),
  hash: text(link.hash),
  record: text(link.record),
  ...indexed(link),
});

/** Reads and appends to the chains in the table. */
export const dynamoChainStore = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): ChainStore => ({
  ...dynamoChainReader(options),
  ...dynamoChainNotes(options),
  put: async (link) => {
    const present = await putNew(options, rowOfLink(link));
    return present === null;
  },
});
