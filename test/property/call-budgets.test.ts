import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import jsonata from 'jsonata';
import { AwsError } from '../../local/aws.ts';
import { createDynamoDbService } from '../../local/services/dynamodb/service.ts';
import type { DynamoDbService } from '../../local/services/dynamodb/service.ts';
import { enterPaidSecond } from '../../core/quota/paid-second.ts';
import { memoryStore } from '../../local/state/store.ts';
import { budgetSubstitutions } from '../../stacks/constructs/call-budgets.ts';
import { fakeClock } from '../support/fakes/fixed-clock.ts';
import { twinContext } from '../support/twin/call-context.ts';
import { rowsTable } from '../support/twin/rows-table.ts';

type Fields = Record<string, unknown>;

const budgets = {
  developerIdentityCallsPerSecond: 7,
  batchCallsPerSecond: 4,
  stsCallsPerSecond: 6,
  kmsCallsPerSecond: 33,
  clientShares: { slow: 2 },
};
const definition = readFileSync(
  join(import.meta.dirname, '../../statemachines/issue-credentials.asl.json'),
  'utf8',
);
const substitutions: Readonly<Record<string, string>> = {
  TableName: 'stepkey',
  ...budgetSubstitutions(budgets),
};
const { States: states } = JSON.parse(
  definition.replace(/\$\{(\w+)\}/g, (whole, name: string) => substitutions[name] ?? whole),
) as { States: { TakeQuota: { Arguments: Fields } } };

/** One execution on its way to one developer-identity call. */
interface Ask {
  readonly atMillis: number;
  readonly secondsAhead: number;
  readonly class: 'interactive' | 'batch';
  readonly client: string;
  readonly needsRegistration: boolean;
  /** From the payment to the call: cold starts and crowded processes included. */
  readonly delayMillis: number;
}

const ask: fc.Arbitrary<Ask> = fc.record({
  atMillis: fc.integer({ min: 0, max: 3000 }),
  secondsAhead: fc.integer({ min: 0, max: 2 }),
  class: fc.constantFrom('interactive', 'batch'),
  client: fc.constantFrom('app', 'slow'),
  needsRegistration: fc.boolean(),
  delayMillis: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 3000 })),
});

/** The state's arguments, evaluated as the machine would at that instant. */
const evaluate = async (value: unknown, asked: Ask, nowMillis: number): Promise<unknown> => {
  if (Array.isArray(value))
    return Promise.all(value.map((each) => evaluate(each, asked, nowMillis)));
  if (typeof value === 'object' && value !== null) {
    const evaluated: Fields = {};
    for (const [key, each] of Object.entries(value)) {
      evaluated[key] = await evaluate(each, asked, nowMillis);
    }
    return evaluated;
  }
  const expression = typeof value === 'string' ? /^\{% (.*) %\}$/.exec(value)?.[1] : undefined;
  if (expression === undefined) return value;
  return jsonata(expression).evaluate(null, {
    states: { context: { Execution: { Input: { class: asked.class } } } },
    caller: { client: asked.client },
    quotaSecondsAhead: asked.secondsAhead,
    needsRegistration: asked.needsRegistration,
    millis: () => nowMillis,
  });
};

let dynamodb: DynamoDbService;
let round = 0;
beforeAll(async () => {
  dynamodb = await createDynamoDbService({
    directory: null,
    store: memoryStore(),
    clock: { nowEpochMillis: () => 0 },
  });
  await dynamodb.createTable({
    TableName: 'stepkey',
    ...rowsTable,
  });
});
afterAll(async () => {
  await dynamodb.close();
});

/** @returns the second that was paid for; null where the budget had no room */
const pay = async (asked: Ask, nowMillis: number): Promise<number | null> => {
  const input = (await evaluate(states.TakeQuota.Arguments, asked, nowMillis)) as Fields;
  try {
    const { Attributes } = (await dynamodb.operations['UpdateItem']?.run(input, twinContext)) as {
      Attributes: { sk: { S: string } };
    };
    return Number(Attributes.sk.S);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ConditionalCheckFailedException') return null;
    throw error;
  }
};

interface Call extends Ask {
  readonly madeInSecond: number;
}

/** Every call that a schedule leads to, at the second in which it is really made. */
const callsOf = async (schedule: readonly Ask[], baseMillis: number): Promise<Call[]> => {
  const calls: Call[] = [];
  for (const asked of [...schedule].sort((one, other) => one.atMillis - other.atMillis)) {
    const nowMillis = baseMillis + asked.atMillis;
    const second = await pay(asked, nowMillis);
    if (second === null) continue;
    const clock = fakeClock(nowMillis + asked.delayMillis);
    // The machine's Wait, then the function's own look at the clock.
    if (clock.nowEpochMillis() < second * 1000) clock.set(second * 1000);
    try {
      await enterPaidSecond({ clock, timer: clock }, second);
      calls.push({ ...asked, madeInSecond: Math.floor(clock.nowEpochMillis() / 1000) });
    } catch {
      // Too late: paid for and not made.
    }
  }
  return calls;
};

const mostInOneSecond = (calls: readonly Call[]): number => {
  const counts = new Map<number, number>();
  for (const { madeInSecond } of calls) {
    counts.set(madeInSecond, (counts.get(madeInSecond) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
};

describe('[SEC-11] for any schedule of interactive and batch requests', () => {
  it('no second has more calls than the budget, nor than the share of batches or of a client', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ask, { minLength: 10, maxLength: 60 }), async (schedule) => {
        round += 1;
        const calls = await callsOf(schedule, round * 100_000_000);
        expect(mostInOneSecond(calls)).toBeLessThanOrEqual(7);
        const batch = calls.filter((call) => call.class === 'batch');
        expect(mostInOneSecond(batch)).toBeLessThanOrEqual(4);
        expect(
          mostInOneSecond(calls.filter(({ client }) => client === 'slow')),
        ).toBeLessThanOrEqual(2);
        // One call to STS, or six to KMS, for each session, and three to KMS for each registration.
        const minting = calls.filter(({ needsRegistration }) => !needsRegistration);
        expect(mostInOneSecond(minting)).toBeLessThanOrEqual(5);
      }),
      { numRuns: 20 },
    );
  });

  it('people always have the rest that batches may not use, in whatever order they come', async () => {
    const arrivals = fc.array(fc.constantFrom('interactive' as const, 'batch' as const), {
      minLength: 4,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(arrivals, async (classes) => {
        round += 1;
        const calls = await callsOf(
          classes.map((each) => ({
            atMillis: 0,
            secondsAhead: 0,
            class: each,
            client: 'app',
            needsRegistration: true,
            delayMillis: 0,
          })),
          round * 100_000_000,
        );
        const countOf = (wanted: Ask['class'], of: readonly { class: Ask['class'] }[]) =>
          of.filter((each) => each.class === wanted).length;
        const people = classes.filter((each) => each === 'interactive').length;
        const [served, batch] = [countOf('interactive', calls), countOf('batch', calls)];
        expect(served).toBeGreaterThanOrEqual(Math.min(people, 7 - 4));
        expect(batch).toBeLessThanOrEqual(4);
        // Nobody is turned away while there is room: neither class pays for a reserve of its own.
        if (served < people) expect(served + batch).toBe(7);
        if (batch < classes.length - people) expect(batch === 4 || served + batch === 7).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
