import type { Link, Position } from '../../../core/ledger/link.ts';

export interface Head extends Position {
  readonly shard: number;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isHead = (value: unknown): value is Head =>
  isObject(value) &&
  Number.isSafeInteger(value['shard']) &&
  Number.isSafeInteger(value['sequence']) &&
  typeof value['hash'] === 'string';

const isLink = (value: unknown): value is Link =>
  isHead(value) &&
  isObject(value) &&
  typeof value['previousHash'] === 'string' &&
  typeof value['record'] === 'string';

const listOf = <T>(value: unknown, is: (item: unknown) => item is T): readonly T[] | null =>
  Array.isArray(value) && value.every(is) ? value : null;

/**
 * Positions as `GET /v1/ledger` answers them or as `verify` prints them.
 * @returns null for anything else
 */
export const headsIn = (value: unknown): readonly Head[] | null =>
  listOf(isObject(value) && 'heads' in value ? value['heads'] : value, isHead);

/** @returns null for what is no link */
export const linkIn = (value: unknown): Link | null => (isLink(value) ? value : null);

/** @returns null for what is no page of a chain */
export const linkPageIn = (
  body: Readonly<Record<string, unknown>>,
): { readonly links: readonly Link[]; readonly isLast: boolean } | null => {
  const links = listOf(body['links'], isLink);
  const isLast = body['isLast'];
  return links === null || typeof isLast !== 'boolean' ? null : { links, isLast };
};
