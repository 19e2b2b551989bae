import type { DynamoDBRecord } from 'aws-lambda';

import type { RowChange } from '../core/ledger/read-change.ts';
import { plainRow } from './plain-row.ts';

/**
 * Reads a record of the table's stream (`NEW_AND_OLD_IMAGES`).
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 */
export const changeOfStreamRecord = ({
  dynamodb,
}: DynamoDBRecord): RowChange & { readonly sequenceNumber: string } => ({
  pk: dynamodb?.Keys?.['pk']?.S ?? '',
  sk: dynamodb?.Keys?.['sk']?.S ?? '',
  before: dynamodb?.OldImage === undefined ? null : plainRow(dynamodb.OldImage),
  after: dynamodb?.NewImage === undefined ? null : plainRow(dynamodb.NewImage),
  atEpochSeconds: Math.floor(dynamodb?.ApproximateCreationDateTime ?? 0),
  sequenceNumber: dynamodb?.SequenceNumber ?? '',
});
