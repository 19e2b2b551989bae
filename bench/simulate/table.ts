/** The broker's table in memory, as far as a mint depends on it: subjects, entries with their leases, and the budget. */
import { AslError } from '../../local/asl/errors.ts';
import {
  parseCondition,
  parseUpdate,
  type AttributeValue,
  type Bindings,
  type Item,
} from './expressions.ts';

interface Request {
  readonly Key?: Item;
  readonly Item?: Item;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Item[] }>>;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, AttributeValue>>;
}

export interface SimulatedTable {
  readonly get: (pk: string, sk: string) => Item | undefined;
  readonly put: (item: Item) => void;
  /** What a state of the machine asks, by the name of the operation. @throws AslError as DynamoDB's integration names it */
  readonly ask: (operation: string, request: Request) => unknown;
  /** Rows and units, for the bill. A row of the ledger costs as much as any other, and is not kept. */
  readonly counts: { reads: number; writes: number };
}

const remembered = <Value>(parse: (text: string) => Value) => {
  const known = new Map<string, Value>();
  return (text: string): Value => {
    const value = known.get(text) ?? parse(text);
    known.set(text, value);
    return value;
  };
};

/** The machine reads no row of the ledger; keeping them would only fill the memory. */
const isOfTheLedger = (pk: string): boolean => /^(SESSION|DENIAL)#/.test(pk);

/** Rows of the budget that no condition can name any more. */
const keptBudgetSeconds = 60;

export const createTable = (): SimulatedTable => {
  const rows = new Map<string, Item>();
  const counts = { reads: 0, writes: 0 };
  const conditionOf = remembered(parseCondition);
  const updateOf = remembered(parseUpdate);
  const nameOf = (pk: string, sk: string) => `${pk}\n${sk}`;
  const keyOf = (key: Item | undefined) => [key?.['pk']?.S ?? '', key?.['sk']?.S ?? ''] as const;
  const find = (key: Item | undefined) => rows.get(nameOf(...keyOf(key)));

  const demand = (request: Request, item: Item | undefined, bindings: Bindings): void => {
    const { ConditionExpression: condition } = request;
    if (condition !== undefined && !conditionOf(condition)(item ?? {}, bindings)) {
      throw new AslError('DynamoDb.ConditionalCheckFailedException', '');
    }
  };

  const change = (request: Request): unknown => {
    counts.writes += 1;
    const [pk, sk] = keyOf(request.Key ?? request.Item);
    if (isOfTheLedger(pk)) return {};
    const bindings = {
      names: request.ExpressionAttributeNames ?? {},
      values: request.ExpressionAttributeValues ?? {},
    };
    const item = find(request.Key ?? request.Item);
    demand(request, item, bindings);
    if (request.UpdateExpression === undefined) {
      if (request.Item === undefined) rows.delete(nameOf(pk, sk));
      else rows.set(nameOf(pk, sk), request.Item);
      return {};
    }
    const changed = item ?? { pk: { S: pk }, sk: { S: sk } };
    updateOf(request.UpdateExpression)(changed, bindings);
    rows.set(nameOf(pk, sk), changed);
    if (item === undefined && pk.startsWith('QUOTA#')) {
      rows.delete(nameOf(pk, String(Number(sk) - keptBudgetSeconds)));
    }
    return { Attributes: { ...changed } };
  };

  return {
    counts,
    get: (pk, sk) => rows.get(nameOf(pk, sk)),
    put: (item) => {
      rows.set(nameOf(...keyOf(item)), item);
    },
    ask: (operation, request) => {
      if (operation === 'getItem') {
        counts.reads += 1;
        const item = find(request.Key);
        return item === undefined ? {} : { Item: item };
      }
      if (operation === 'batchGetItem') {
        const answers = Object.entries(request.RequestItems ?? {}).map(
          ([table, { Keys: keys }]) => {
            counts.reads += keys.length;
            return [table, keys.flatMap((key) => find(key) ?? [])] as const;
          },
        );
        return { Responses: Object.fromEntries(answers), UnprocessedKeys: {} };
      }
      return change(request);
    },
  };
};
