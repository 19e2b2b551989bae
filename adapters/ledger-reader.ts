import {
  BatchGetItemCommand,
  GetItemCommand,
  QueryCommand,
  type AttributeValue,
  type DynamoDBClient,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';

import { StepkeyError } from '../core/errors.ts';
import { genesis, recordOfLink, type Link } from '../core/ledger/link.ts';
import { isSpread, listIndexes, listPartition } from '../core/ledger/list-indexes.ts';
import { listedFrom, listFilters, type ListFilter } from '../core/ledger/listing.ts';
import { mergeNewestFirst, type NewestFirst } from '../core/ledger/merge-pages.ts';
import type { LedgerReader, ListWish } from '../core/ledger/reader.ts';
import { keyOfRecord, shardCount } from '../core/ledger/record.ts';
import { awsFailure, incompleteAnswer } from './aws-failures.ts';
import { dynamoChainReader, linkOf } from './chain-reader.ts';
import { nodeDigest } from './digest.ts';
import { plainRow } from './plain-row.ts';
import { itemsOf, keyOf, readNumber, readText, type Row, text } from './rows.ts';

/** BatchGetItem takes as many. */
const rowsPerRead = 100;
/** Of what a filter leaves few, more is looked at in one go. */
const lookedAtFiltered = 300;
/**
 * A record is where its note says or soon after: behind what came with it, and behind what others wrote since its
 * writer last looked for the end of the chain. One that was noted and never chained is behind none.
 */
const linksSearched = 10_000;
const mostLinksAtOnce = 500;

const shards = Array.from({ length: shardCount }, (_, shard) => shard);

type Place = Readonly<Record<string, AttributeValue>>;

/** Reads chains and lists; nothing here writes. */
export const dynamoLedgerReader = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): LedgerReader => {
  const { client, tableName } = options;
  const chains = dynamoChainReader(options);

  const query = async (
    input: Omit<QueryCommandInput, 'TableName'>,
  ): Promise<QueryCommandOutput> => {
    try {
      return await client.send(new QueryCommand({ TableName: tableName, ...input }));
    } catch (error) {
      throw awsFailure(error);
    }
  };

  const readRows = async (keys: readonly Place[]): Promise<readonly Row[]> => {
    const rows: Row[] = [];
    for (let start = 0; start < keys.length; start += rowsPerRead) {
      const part = keys.slice(start, start + rowsPerRead).map((key) => ({ ...key }));
      const answer = await client
        .send(new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys: part } } }))
        .catch((error: unknown) => {
          throw awsFailure(error);
        });
      if (answer.Responses === undefined) throw incompleteAnswer('BatchGetItem');
      if ((answer.UnprocessedKeys?.[tableName]?.Keys ?? []).length > 0) {
        throw new StepkeyError('Upstream.Throttled');
      }
      rows.push(...(answer.Responses[tableName] ?? []));
    }
    return rows;
  };

  /** One partition of an index. */
  const partition = (
    list: keyof typeof listIndexes,
    value: string,
    wish: ListWish,
    filters: readonly (readonly [string, string])[],
  ): NewestFirst<Row> => {
    const { index, attribute } = listIndexes[list];
    const from = listedFrom(wish.fromEpochSeconds ?? 0);
    const to = listedFrom(wish.toEpochSeconds ?? 999_999_999_999);
    return {
      read: async (before) => {
        const upTo = before !== null && before < to ? before : to;
        if (upTo < from) return { items: [], lookedTo: null };
        const answer = await query({
          IndexName: index,
          KeyConditionExpression: '#partition = :partition AND listedAt BETWEEN :from AND :to',
          ...(filters.length === 0
            ? {}
            : { FilterExpression: filters.map(([name]) => `#${name} = :${name}`).join(' AND ') }),
          ExpressionAttributeNames: {
            '#partition': attribute,
            ...Object.fromEntries(filters.map(([name]) => [`#${name}`, name])),
          },
          ExpressionAttributeValues: {
            ':partition': text(value),
            ':from': text(from),
            ':to': text(upTo),
            ...Object.fromEntries(filters.map(([name, wanted]) => [`:${name}`, text(wanted)])),
          },
          ScanIndexForward: false,
          // One more, because the place where the last page ended comes again.
          Limit: filters.length === 0 ? wish.limit + 1 : lookedAtFiltered,
        });
        const last = answer.LastEvaluatedKey;
        return {
          items: itemsOf(answer).filter((row) => readText(row, 'listedAt') !== before),
          lookedTo: last === undefined ? null : readText(last, 'listedAt'),
        };
      },
    };
  };

  const linksOf = async (places: readonly Row[]): Promise<readonly Link[]> => {
    const keys = places.map((row) => ({
      pk: text(readText(row, 'pk')),
      sk: text(readText(row, 'sk')),
    }));
    const links = new Map(
      (await readRows(keys)).map((row) => [`${readText(row, 'pk')} ${readText(row, 'sk')}`, row]),
    );
    return keys.flatMap(({ pk, sk }) => {
      const row = links.get(`${pk.S} ${sk.S}`);
      return row === undefined ? [] : [linkOf(row)];
    });
  };

  /** The narrowest list that a wish allows, and what is left to filter by. */
  const sourcesOf = (wish: ListWish): readonly NewestFirst<Row>[] => {
    const wanted = listFilters.flatMap((filter): [ListFilter, string][] => {
      const value = wish.filters[filter];
      return value === undefined ? [] : [[filter, value]];
    });
    const [narrowest, ...others] = wanted;
    const byOutcome: [string, string][] = wish.outcome === null ? [] : [['outcome', wish.outcome]];
    if (narrowest !== undefined) {
      const [filter, value] = narrowest;
      const left = [...others, ...byOutcome];
      return isSpread(filter)
        ? shards.map((shard) => partition(filter, listPartition.spread(value, shard), wish, left))
        : [partition(filter, value, wish, left)];
    }
    const { outcome } = wish;
    if (outcome !== null && outcome !== 'minted' && outcome !== 'cache') {
      return shards.map((shard) =>
        partition('refusal', listPartition.spread(outcome, shard), wish, []),
      );
    }
    return shards.map((shard) => partition('time', String(shard), wish, byOutcome));
  };

  const findLink = async (note: Row, kind: string, id: string): Promise<Link | null> => {
    const shard = readNumber(note, 'shard');
    const fingerprint = readText(note, 'sk');
    let sequence = readNumber(note, 'afterSequence');
    let limit = 1;
    for (let searched = 0; searched < linksSearched;) {
      const links = await chains.readAfter(shard, sequence, limit);
      const found = links.find((link) => {
        const record = recordOfLink(link);
        if (record.kind !== kind || record.id !== id) return false;
        return keyOfRecord(record, nodeDigest).fingerprint === fingerprint;
      });
      if (found !== undefined) return found;
      const last = links.at(-1);
      if (last === undefined) return null;
      sequence = last.sequence;
      searched += links.length;
      limit = Math.min(limit * 50, mostLinksAtOnce);
    }
    return null;
  };

  return {
    list: async (wish) => {
      const keyOfRow = (row: Row) => readText(row, 'listedAt');
      const { items, next } = await mergeNewestFirst(
        sourcesOf(wish),
        keyOfRow,
        wish.before,
        wish.limit,
      );
      return { links: await linksOf(items), next };
    },
    listSessionsOf: async (subject, sinceEpochSeconds, limit) => {
      const wish: ListWish = {
        filters: {},
        outcome: null,
        fromEpochSeconds: sinceEpochSeconds,
        toEpochSeconds: null,
        before: null,
        limit,
      };
      const source = partition('subject', listPartition.sessionsOf(subject), wish, []);
      const { items, next } = await mergeNewestFirst(
        [source],
        (row) => readText(row, 'listedAt'),
        null,
        limit,
      );
      return { links: await linksOf(items), next };
    },
    readRecord: async (kind, id) => {
      const notes = await query({
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': keyOf.record(kind, id, '-').pk },
      });
      const links: Link[] = [];
      for (const note of itemsOf(notes)) {
        const link = await findLink(note, kind, id);
        if (link !== null) links.push(link);
      }
      return links.sort((left, right) => left.sequence - right.sequence);
    },
    readSessions: async (sessionIds) => {
      const rows = await readRows([...new Set(sessionIds)].map((id) => keyOf.session(id)));
      return new Map(
        rows.map((row) => [readText(row, 'pk').slice('SESSION#'.length), plainRow(row)]),
      );
    },
    readSubject: async (subject) => {
      const answer = await client
        .send(new GetItemCommand({ TableName: tableName, Key: keyOf.subject(subject) }))
        .catch((error: unknown) => {
          throw awsFailure(error);
        });
      return answer.Item === undefined ? null : plainRow(answer.Item);
    },
    readHeads: () =>
      Promise.all(
        shards.map(async (shard) => {
          const { sequence, hash } = (await chains.readHead(shard)) ?? genesis;
          return { shard, sequence, hash };
        }),
      ),
    readChain: (shard, after, limit) => chains.readAfter(shard, after, limit),
  };
};
