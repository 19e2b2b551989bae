/** An item with the JSON that it is on disk, which the stream's records and the next write of its key need too. */
import type { ValueEncoding } from 'dynalite/db/index.js';

/** Attribute name → typed value, as on the wire: `{ pk: { S: '…' } }`; binary values are base64 text. */
export type Item = Record<string, Record<string, unknown>>;

export interface StoredItem {
  readonly item: Item;
  readonly text: string;
}

/** An object of its own for each who asks: dynalite changes what it has read. */
export const storedItem = (text: string): StoredItem => ({ item: JSON.parse(text) as Item, text });

/** Has the database read an item with its text. */
export const storedItems: ValueEncoding = {
  name: 'stored-item',
  format: 'utf8',
  encode: (stored) => (stored as StoredItem).text,
  decode: storedItem,
};
