import type { PlainRow } from '../core/ledger/read-change.ts';

/** A typed value as DynamoDB and its streams have it; binary values and sets are in no row of ours. */
interface TypedValue {
  readonly S?: string | undefined;
  readonly N?: string | undefined;
  readonly BOOL?: boolean | undefined;
  readonly L?: readonly TypedValue[] | undefined;
  readonly M?: Readonly<Record<string, TypedValue>> | undefined;
}

const plainOf = (value: TypedValue): unknown => {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.L !== undefined) return value.L.map(plainOf);
  return value.M === undefined ? null : plainRow(value.M);
};

export const plainRow = (image: Readonly<Record<string, TypedValue>>): PlainRow =>
  Object.fromEntries(Object.entries(image).map(([name, value]) => [name, plainOf(value)]));
