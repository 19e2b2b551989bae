import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { batchCases } from '../support/faults/batch-cases.ts';
import { drawn } from '../support/faults/drawn.ts';
import { faultKinds, type Fault } from '../support/faults/gate.ts';
import { inProcessBatches } from '../support/faults/in-process-batches.ts';
import { inProcessBroker, type InProcessBroker } from '../support/faults/in-process-broker.ts';
import { allButTheDate } from '../support/faults/virtual-time.ts';

/** Of the batch itself: those of the executions that it starts are test/security/faults.test.ts’s. */
const isOwn = (name: string): boolean =>
  /^(batches|Map|\w*(Subjects|CloseBatch|Outcome|IssueCredentials)) /.test(name);
const pairs = 30;

interface OwnCall {
  readonly name: string;
  readonly turn: number;
}

describe('[SEC-06] a batch, whatever goes wrong', () => {
  let broker: InProcessBroker;
  let cases: ReturnType<typeof batchCases>;
  beforeAll(async () => {
    jest.useFakeTimers({ doNotFake: allButTheDate });
    broker = await inProcessBroker((now) => {
      jest.setSystemTime(now);
    });
    cases = batchCases(broker, inProcessBatches(broker));
  });
  beforeEach(() => {
    broker.gate.reset();
  });
  afterAll(async () => {
    await broker.close();
    jest.useRealTimers();
  });

  /** Its own calls where nothing goes wrong; by name and turn, as subjects are under way side by side. */
  const ownCalls = async (): Promise<readonly OwnCall[]> => {
    const whole = await cases.run('jsonl', () => {
      broker.gate.reset();
    });
    const own = broker.gate.passed.filter(isOwn);
    await cases.expectDone(whole, 'nothing');
    return own.map((name, at) => ({
      name,
      turn: own.slice(0, at).filter((other) => other === name).length,
    }));
  };
  const expectDoneThrough = async (faults: readonly Fault[], what: string): Promise<void> => {
    const one = await cases.run('jsonl', () => {
      broker.gate.reset(...faults);
    });
    expect({ what, hasStruck: broker.gate.struck() > 0 }).toEqual({ what, hasStruck: true });
    broker.gate.reset();
    await cases.resume(one);
    await cases.expectDone(one, what);
  };

  it.each(faultKinds)(
    'each of its calls %s once: it is never said to be done before it is, resuming finishes it, and nothing is minted twice',
    async (kind) => {
      const calls = await ownCalls();
      expect(new Set(calls.map(({ name }) => name)).size).toBeGreaterThanOrEqual(12);
      for (const call of calls) {
        await expectDoneThrough([{ kind, ...call }], `${call.name} ${String(call.turn)}, ${kind}`);
      }
    },
    300_000,
  );

  it(`the same through ${String(pairs)} pairs of faults`, async () => {
    const calls = await ownCalls();
    const draw = drawn();
    for (let pair = 0; pair < pairs; pair += 1) {
      const faults = [draw(calls), draw(calls)].map((call) => ({
        ...call,
        kind: draw(faultKinds),
      }));
      await expectDoneThrough(faults, JSON.stringify(faults));
    }
  }, 300_000);
});
