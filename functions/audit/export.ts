import type { APIGatewayProxyResult } from 'aws-lambda';
import type { IssuancesAnswer, LedgerRecord } from '../../core/contracts/ledger-answers.ts';
import type { IssuancesQuery } from '../../core/contracts/ledger-queries.ts';
import { csvLine } from '../../core/ledger/csv.ts';
import { answer } from '../http/http-answer.ts';
import type { HttpRequest } from '../http/http-request.ts';

type Format = NonNullable<IssuancesQuery['format']>;

/** The parameter decides; else what the caller takes. */
export const formatOf = (request: HttpRequest, asked: IssuancesQuery['format']): Format => {
  if (asked !== undefined) return asked;
  const accepted = request.headers['accept'] ?? '';
  if (/\btext\/csv\b/i.test(accepted)) return 'csv';
  return /\bapplication\/(jsonl|x-ndjson)\b/i.test(accepted) ? 'jsonl' : 'json';
};

const columns = [
  'at',
  'outcome',
  'id',
  'subject',
  'client',
  'actor',
  'grant',
  'rule',
  'evidence',
  'tried',
  'triedLeftOut',
  'tokenId',
  'identityId',
  'roleArn',
  'sessionName',
  'sessionId',
  'accessKeyId',
  'stale',
  'error',
  'expiresAt',
  'executionArn',
  'sessionPolicySha256',
  'sessionPolicy',
] as const satisfies readonly (keyof LedgerRecord)[];

const csvOf = (records: readonly LedgerRecord[], isFirstPage: boolean): string =>
  [
    ...(isFirstPage ? [csvLine([...columns, 'shard', 'sequence', 'hash'])] : []),
    ...records.map((record) =>
      csvLine([
        ...columns.map((column) => {
          const value = record[column];
          return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
        }),
        record.chain.shard,
        record.chain.sequence,
        record.chain.hash,
      ]),
    ),
  ].join('');

/**
 * A page in the wanted format. JSON lines and CSV have no place for a cursor: it is in the header
 * `Stepkey-Next-Cursor`, absent on the last page; the CSV's heading is on the first page only, so that pages join.
 */
export const exportPage = (
  format: Format,
  page: IssuancesAnswer,
  isFirstPage: boolean,
): APIGatewayProxyResult => {
  if (format === 'json') return answer(page);
  return {
    statusCode: 200,
    headers: {
      'Content-Type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl',
      'Cache-Control': 'no-store',
      ...(page.cursor === null ? {} : { 'Stepkey-Next-Cursor': page.cursor }),
    },
    body:
      format === 'csv'
        ? csvOf(page.records, isFirstPage)
        : page.records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  };
};
