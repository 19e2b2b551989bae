/** Time to live as DynamoDB has it: an expired item stays readable and writable until a sweep. */
import type { Item } from './stored-item.ts';

const fiveYearsInSeconds = 5 * 365 * 86_400;

/** Whether a sweep may take the item: a number of epoch seconds, past, but not by more than five years. */
export const isExpired = (item: Item, attribute: string, nowEpochSeconds: number): boolean => {
  const text = item[attribute]?.['N'];
  if (typeof text !== 'string') return false;
  const expiresAt = Number(text);
  return expiresAt < nowEpochSeconds && expiresAt > nowEpochSeconds - fiveYearsInSeconds;
};

/** Deletes the item only while it has the expiry that the sweep saw. */
export const deletionOfExpired = (
  tableName: string,
  item: Item,
  keyNames: readonly string[],
  attribute: string,
): Record<string, unknown> => ({
  TableName: tableName,
  Key: Object.fromEntries(keyNames.map((name) => [name, item[name]])),
  ConditionExpression: '#expiry = :expiry',
  ExpressionAttributeNames: { '#expiry': attribute },
  ExpressionAttributeValues: { ':expiry': item[attribute] },
});
