import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { batchCases } from '../support/faults/batch-cases.ts';
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

describe('[SEC-06] a batch that is killed anywhere', () => {
  let broker: InProcessBroker;
  let batches: InProcessBatches;
  let cases: ReturnType<typeof batchCases>;
  const visited = new Set<string>();
  beforeAll(async () => {
    jest.useFakeTimers({ doNotFake: allButTheDate });
    broker = await inProcessBroker((now) => {
      jest.setSystemTime(now);
    });
    batches = inProcessBatches(broker);
    cases = batchCases(broker, batches);
  });
  beforeEach(() => {
    broker.gate.reset();
    broker.onEnter(null);
  });
  afterAll(async () => {
    await broker.close();
    jest.useRealTimers();
  });

  it.each(['csv', 'jsonl'] as const)(
    'with subjects in %s: it is never said to be done before it is, resuming finishes it, and nothing is minted twice',
    async (format) => {
      const whole = await cases.run(format, () => undefined);
      await cases.expectDone(whole, format);
      const passed = batches.statesOf(whole.batchId);
      for (const state of passed) visited.add(state);
      for (const state of passed) {
        for (const when of ['enter', 'exit'] as const) {
          const what = `${format}, killed at the ${when} of ${state}`;
          const one = await cases.run(format, () => {
            batches.killAt(state, when);
          });
          expect({ what, isKilled: batches.isKilled() }).toEqual({ what, isKilled: true });
          await cases.resume(one);
          await cases.expectDone(one, what);
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
