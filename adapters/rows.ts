import type { AttributeValue } from '@aws-sdk/client-dynamodb';

import { StepkeyError } from '../core/errors.ts';
import { incompleteAnswer } from './aws-failures.ts';

/** Readers and writers of the table's attributes, and where its rows are. */
export type Row = Readonly<Record<string, AttributeValue>>;

/**
 * The rows of a Query's answer, which has a list even where there are none.
 * @throws Upstream.Unavailable without a list: that says nothing, and not that nothing was found
 */
export const itemsOf = ({
  Items,
}: {
  readonly Items?: readonly Record<string, AttributeValue>[] | undefined;
}): readonly Record<string, AttributeValue>[] => {
  if (Items === undefined) throw incompleteAnswer('Query');
  return Items;
};

export const keyOf = {
  subject: (subject: string) => ({ pk: text(`SUBJECT#${subject}`), sk: text('SUBJECT') }),
  entry: (subject: string, cacheKey: string) => ({
    pk: text(`SUBJECT#${subject}`),
    sk: text(`ENTRY#${cacheKey}`),
  }),
  clientRevocation: (client: string) => ({ pk: text(`CLIENT#${client}`), sk: text('REVOCATION') }),
  grantRevocation: (grant: string) => ({ pk: text(`GRANT#${grant}`), sk: text('REVOCATION') }),
  everythingRevocation: () => ({ pk: text('EVERYTHING'), sk: text('REVOCATION') }),
  issuance: (sessionId: string, issuanceId: string) => ({
    pk: text(`SESSION#${sessionId}`),
    sk: text(`ISSUANCE#${issuanceId}`),
  }),
  revocation: (revocationId: string) => ({
    pk: text(`REVOCATION#${revocationId}`),
    sk: text('REVOCATION'),
  }),
  /** All revocations by their time. */
  revocationPlace: (place: string) => ({ pk: text('REVOCATIONS'), sk: text(place) }),
  denyPolicyLease: () => ({ pk: text('WRITER#deny-policy'), sk: text('LEASE') }),
  reconcilerPlace: () => ({ pk: text('WRITER#reconciler'), sk: text('PLACE') }),
  archivePlace: (shard: number) => ({ pk: text('WRITER#archive'), sk: text(String(shard)) }),
  denyPolicyDenial: (revocationId: string) => ({
    pk: text('WRITER#deny-policy'),
    sk: text(`DENIAL#${revocationId}`),
  }),
  session: (sessionId: string) => ({ pk: text(`SESSION#${sessionId}`), sk: text('SESSION') }),
  /** Twelve digits: text order is the order of the chain. */
  link: (shard: number, sequence: number) => ({
    pk: text(`LEDGER#${String(shard)}`),
    sk: text(String(sequence).padStart(12, '0')),
  }),
  record: (kind: string, id: string, fingerprint: string) => ({
    pk: text(`RECORD#${kind}/${id}`),
    sk: text(fingerprint),
  }),
  denial: (denialId: string) => ({ pk: text(`DENIAL#${denialId}`), sk: text('DENIAL') }),
};

export function text(value: string): { S: string } {
  return { S: value };
}

/** Null is written as `-`, as the state machine writes it. */
export const textOrDash = (value: string | null): { S: string } => text(value ?? '-');

export const number = (value: number): { N: string } => ({ N: String(value) });

/**
 * A flag, as 1 or 0: Step Functions' SDK integration spells DynamoDB's own booleans otherwise than the API does, so a
 * row that both read has none.
 */
export const flag = (value: boolean): { N: string } => number(value ? 1 : 0);

/** A row of another shape than we write: nothing may be concluded from it. */
const misshapen = (attribute: string): StepkeyError =>
  new StepkeyError('Config.Invalid', {
    cause: new Error(`the stored attribute ${attribute} is missing or has another type`),
  });

export const readText = (row: Row, attribute: string): string => {
  const value = row[attribute]?.S;
  if (value === undefined) throw misshapen(attribute);
  return value;
};

export const readNumber = (row: Row, attribute: string): number => {
  const value = Number(row[attribute]?.N ?? Number.NaN);
  if (!Number.isFinite(value)) throw misshapen(attribute);
  return value;
};

/** `absent` where the row has no such attribute; an attribute of another type is refused all the same. */
export const readNumberOr = <Absent>(row: Row, attribute: string, absent: Absent) =>
  row[attribute] === undefined ? absent : readNumber(row, attribute);

export const readFlag = (row: Row, attribute: string): boolean => {
  const value = row[attribute];
  if (value === undefined) return false;
  if (value.N !== '1' && value.N !== '0') throw misshapen(attribute);
  return value.N === '1';
};

export const readMap = (row: Row, attribute: string): Row => {
  const value = row[attribute]?.M;
  if (value === undefined) throw misshapen(attribute);
  return value;
};
