import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { isPartial } from '../../core/batches/batch.ts';
import {
  batchMachineText,
  inProcessBatches,
  type InProcessBatches,
} from '../support/faults/in-process-batches.ts';
import { inProcessBroker, type InProcessBroker } from '../support/faults/in-process-broker.ts';
import { allButTheDate } from '../support/faults/virtual-time.ts';

interface Flow {
  readonly States: Readonly<
    Record<string, { readonly Type: string; readonly ItemProcessor?: Flow }>
  >;
}
/** Those within the two Maps, too. */
const statesIn = ({ States }: Flow): readonly (readonly [string, string])[] =>
  Object.entries(States).flatMap(([name, { Type, ItemProcessor }]) => [
    [name, Type] as const,
    ...(ItemProcessor === undefined ? [] : statesIn(ItemProcessor)),
  ]);
const typeOf = new Map(statesIn(JSON.parse(batchMachineText) as Flow));
/** Longer than a run takes with every attempt of every subject. */
const runMillis = 15 * 60_000;
const mostResumptions = 3;

describe('[SEC-06] a batch that is killed anywhere', () => {
  let broker: InProcessBroker;
  let batches: InProcessBatches;
  const visited = new Set<string>();
  beforeAll(async () => {
    jest.useFakeTimers({ doNotFake: allButTheDate });
    broker = await inProcessBroker((now) => {
      jest.setSystemTime(now);
    });
    batches = inProcessBatches(broker);
  });
  beforeEach(() => {
    broker.gate.reset();
    broker.onEnter(null);
  });
  afterAll(async () => {
    await broker.close();
    jest.useRealTimers();
  });

  const stranger = 'users:00000000-0000-4000-8000-000000000000';
  const run = async (format: 'csv' | 'jsonl', kill: () => void) => {
    const people = [broker.newCase(), broker.newCase()].map(({ subject }) => subject);
    const before = broker.keys.length;
    kill();
    const { batchId } = await batches.start([...people, stranger], format);
    await broker.time.advance(runMillis);
    return { batchId, people, minted: () => broker.keys.length - before };
  };
  const expectDone = async (
    { batchId, people, minted }: Awaited<ReturnType<typeof run>>,
    what: string,
  ): Promise<void> => {
    const told = (await batches.outcomesOf(batchId)).map(({ subject, outcome }) => [
      subject,
      outcome === 'cached' ? 'minted' : outcome,
    ]);
    const wanted = [...people.map((subject) => [subject, 'minted']), [stranger, 'denied']];
    expect({ what, told: told.sort() }).toEqual({ what, told: wanted.sort() });
    // What a dead run had minted lies in the cache, and is taken from there.
    expect({ what, minted: minted() }).toEqual({ what, minted: people.length });
    expect(broker.keys.every(({ hadRecord }) => hadRecord)).toBe(true);
    const { status, counts, total } = await batches.read(batchId);
    expect({ what, status, total }).toEqual({ what, status: 'SUCCEEDED', total: 3 });
    expect({ what, failed: counts.failed, denied: counts.denied }).toEqual({
      what,
      failed: 0,
      denied: 1,
    });
  };

  it.each(['csv', 'jsonl'] as const)(
    'with subjects in %s: it is never said to be done before it is, resuming finishes it, and nothing is minted twice',
    async (format) => {
      const whole = await run(format, () => undefined);
      await expectDone(whole, format);
      const passed = batches.statesOf(whole.batchId);
      for (const state of passed) visited.add(state);
      for (const state of passed) {
        for (const when of ['enter', 'exit'] as const) {
          const what = `${format}, killed at the ${when} of ${state}`;
          const one = await run(format, () => {
            batches.killAt(state, when);
          });
          expect({ what, isKilled: batches.isKilled() }).toEqual({ what, isKilled: true });
          for (let attempt = 0; attempt < mostResumptions; attempt += 1) {
            if (!isPartial(await batches.read(one.batchId))) break;
            await batches.resume(one.batchId);
            await broker.time.advance(runMillis);
          }
          await expectDone(one, what);
        }
      }
    },
    300_000,
  );

  it('is killed at every state on the way of a subject', () => {
    // Those of what failed and waits are the twin’s own tests’.
    const others = /^(AwaitTurn|NotReported|Failed)/;
    expect(
      [...typeOf.keys()].filter((state) => !visited.has(state) && !others.test(state)),
    ).toEqual([]);
  });
});
