import type { BatchExecuteStatementCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rowInserts } from '../../../adapters/row-inserts.ts';
import type { Row } from '../../../adapters/rows.ts';
import type { StepkeyError } from '../../../core/errors.ts';
import { nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { fakeClock } from '../../support/fakes/fixed-clock.ts';

const tableName = 'a-table';

interface Statement {
  readonly Statement: string;
  readonly Parameters: readonly { readonly S: string }[];
}

/** A client that answers as it is told; `calls` are the requests as they were made. */
const clientThat = (answer: (statements: readonly Statement[], call: number) => unknown) => {
  const calls: (readonly Statement[])[] = [];
  const send = (command: BatchExecuteStatementCommand): Promise<unknown> => {
    const statements = command.input.Statements as unknown as readonly Statement[];
    const call = calls.push(statements);
    return Promise.resolve().then(() => answer(statements, call));
  };
  return { calls, client: { send } as unknown as DynamoDBClient };
};
const timer = fakeClock();
const insertsOf = (client: DynamoDBClient) => rowInserts({ client, tableName, timer });

const rowOf = (pk: string): Row => ({ pk: { S: pk }, sk: { S: 'DENIAL' }, told: { S: `'${pk}` } });
const statementOf = (pk: string) => ({
  Statement: `INSERT INTO "a-table" VALUE {'pk': ?, 'sk': ?, 'told': ?}`,
  Parameters: Object.values(rowOf(pk)),
});
const keyOf = ({ Parameters }: Statement): string => Parameters[0]?.S ?? '';
const failed = (Code: string) => ({ Error: { Code, Message: 'no' } });
const added = { TableName: tableName };
const refusal = (name: string) => Object.assign(new Error('no'), { name, $metadata: {} });

const fates = {
  added: [added, true],
  there: [failed('DuplicateItem'), false],
  forbidden: [failed('AccessDenied'), 'Upstream.Misconfigured'],
  unknown: [failed('SomethingNew'), 'Upstream.Misconfigured'],
  unnamed: [{ Error: {} }, 'Upstream.Misconfigured'],
  busy: [failed('ProvisionedThroughputExceeded'), 'Upstream.Throttled'],
  broken: [failed('InternalServerError'), 'Upstream.Unavailable'],
} as const;
type Fate = keyof typeof fates;

const told = (insert: Promise<boolean>): Promise<unknown> =>
  insert.catch((error: unknown) => (error as StepkeyError).name);

describe('rows that are inserted in one moment', () => {
  it('are each told what became of their own, in calls of up to 25, and no value is in a statement’s text', async () => {
    const fate = fc.constantFrom(...(Object.keys(fates) as Fate[]));
    // By itself fast-check makes lists of ten or so, which one call holds.
    const rows = fc.array(fate, { minLength: 1, maxLength: 80, size: 'max' });
    await fc.assert(
      fc.asyncProperty(rows, async (all) => {
        const { client, calls } = clientThat((statements) => ({
          Responses: statements.map((one) => fates[all[Number(keyOf(one))] ?? 'added'][0]),
        }));
        const insert = insertsOf(client);
        const answers = await Promise.all(all.map((_, at) => told(insert(rowOf(String(at))))));
        expect(answers).toEqual(all.map((each) => fates[each][1]));
        // What is attempted again may go with the next ones that were told at first.
        const sent = new Map(calls.flat().map((one) => [keyOf(one), one]));
        expect(all.map((_, at) => sent.get(String(at)))).toEqual(
          all.map((_, at) => statementOf(String(at))),
        );
        expect(sent.size).toBe(all.length);
        expect(calls[0]).toHaveLength(Math.min(all.length, 25));
        expect(Math.max(...calls.map(({ length }) => length))).toBeLessThanOrEqual(25);
      }),
      { numRuns: 200 },
    );
  });

  it('are attempted again where DynamoDB was busy, and only those', async () => {
    for (const code of [
      ...['ProvisionedThroughputExceeded', 'RequestLimitExceeded', 'ThrottlingError'],
      ...['InternalServerError', 'TransactionConflict'],
    ]) {
      const { client, calls } = clientThat((statements, call) => ({
        Responses: statements.map((one) => (call < 4 && keyOf(one) === 'b' ? failed(code) : added)),
      }));
      const insert = insertsOf(client);
      const before = timer.waits.length;
      const answers = await Promise.all(['a', 'b', 'c'].map((pk) => insert(rowOf(pk))));
      expect(answers).toEqual([true, true, true]);
      expect(calls.map((call) => call.map(keyOf))).toEqual([['a', 'b', 'c'], ['b'], ['b'], ['b']]);
      expect(timer.waits.slice(before)).toEqual([25, 75, 150]);
    }
  });

  it('are attempted four times, and no more', async () => {
    for (const [code, name] of [
      ['ProvisionedThroughputExceeded', 'Upstream.Throttled'],
      ['RequestLimitExceeded', 'Upstream.Throttled'],
      ['ThrottlingError', 'Upstream.Throttled'],
      ['InternalServerError', 'Upstream.Unavailable'],
      ['TransactionConflict', 'Upstream.Unavailable'],
    ] as const) {
      const { client, calls } = clientThat(() => ({ Responses: [failed(code)] }));
      expect(await nameOfFailure(insertsOf(client)(rowOf('a')))).toBe(name);
      expect(calls).toHaveLength(4);
    }
  });

  it('say as their cause what DynamoDB said', async () => {
    const { client } = clientThat(() => ({ Responses: [failed('ValidationError')] }));
    await expect(insertsOf(client)(rowOf('a'))).rejects.toMatchObject({
      cause: { message: 'ValidationError: no' },
    });
  });

  it('are attempted alone where their call is refused, so that a row spoils no other’s', async () => {
    const { client, calls } = clientThat((statements) => {
      if (statements.some((one) => keyOf(one) === 'bad')) throw refusal('SerializationException');
      return {
        Responses: statements.map((one) =>
          keyOf(one) === 'there' ? failed('DuplicateItem') : added,
        ),
      };
    });
    const insert = insertsOf(client);
    const all = ['a', 'bad', 'there', 'b'];
    expect(await Promise.all(all.map((pk) => told(insert(rowOf(pk)))))).toEqual([
      ...[true, 'Upstream.Misconfigured', false, true],
    ]);
    expect(calls.map((call) => call.map(keyOf))).toEqual([all, ...all.map((pk) => [pk])]);
  });

  it.each([
    ['ThrottlingException', 'Upstream.Throttled'],
    ['TimeoutError', 'Upstream.Unavailable'],
  ])('fail together where their call fails of %s: the SDK has repeated it', async (code, name) => {
    const { client, calls } = clientThat(() => {
      throw refusal(code);
    });
    const insert = insertsOf(client);
    const answers = await Promise.all(['a', 'b'].map((pk) => nameOfFailure(insert(rowOf(pk)))));
    expect(answers).toEqual([name, name]);
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['nothing', {}],
    ['of fewer rows', { Responses: [added] }],
    ['of more rows', { Responses: [added, added, added] }],
  ])('fail together where their call tells %s', async (_, answer) => {
    const insert = insertsOf(clientThat(() => answer).client);
    const answers = await Promise.all(['a', 'b'].map((pk) => nameOfFailure(insert(rowOf(pk)))));
    expect(answers).toEqual(['Upstream.Unavailable', 'Upstream.Unavailable']);
  });

  it('wait for no timer, and for a turn of the event loop at most', async () => {
    const { client, calls } = clientThat(() => ({ Responses: [added] }));
    const inserted = insertsOf(client)(rowOf('a'));
    await new Promise<void>((resolve) => {
      process.nextTick(resolve);
    });
    const before = calls.length;
    await new Promise(setImmediate);
    expect([before, calls.length]).toEqual([0, 1]);
    await inserted;
  });
});
