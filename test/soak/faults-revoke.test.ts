import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { StepkeyError } from '../../core/errors.ts';
import { drawn } from '../support/faults/drawn.ts';
import { faultKinds, type Fault, type FaultKind } from '../support/faults/gate.ts';
import { inProcessRevoker, type InProcessRevoker } from '../support/faults/in-process-revoker.ts';
import { revocationCases, type RevocationCase } from '../support/faults/revocation-cases.ts';
import { allButTheDate } from '../support/faults/virtual-time.ts';

const minuteMillis = 60_000;
const pairs = 40;
/** A write that was not made and is said to be made is no fault that anybody could notice. */
const isNoticed = (name: string, kind: FaultKind): boolean =>
  kind !== 'garbage' || !name.includes('CreatePolicyVersion');

describe('[SEC-35] a revocation, whatever goes wrong', () => {
  let revoker: InProcessRevoker;
  let cases: ReturnType<typeof revocationCases>;
  beforeAll(async () => {
    jest.useFakeTimers({ doNotFake: allButTheDate });
    revoker = await inProcessRevoker((now) => {
      jest.setSystemTime(now);
    });
    cases = revocationCases(revoker);
  });
  beforeEach(() => {
    revoker.gate.reset();
  });
  afterAll(async () => {
    await revoker.close();
    jest.useRealTimers();
  });

  /** Asked for again, under its id, where the request failed. */
  const order = async ({ revocationId, subject }: RevocationCase): Promise<void> => {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        await revoker.revoke(revocationId, subject);
        return;
      } catch (error) {
        if (!(error instanceof StepkeyError)) throw error;
      }
    }
  };
  interface Faults {
    readonly revoking?: readonly Fault[];
    readonly lifting?: readonly Fault[];
  }
  /** @returns the calls on the way to being in force, and of what ends when the sessions have ended */
  const expectCarriedOut = async ({ revoking = [], lifting = [] }: Faults, what: string) => {
    const [bystander, one] = [cases.next(), cases.next()];
    revoker.gate.reset();
    await order(bystander);
    await revoker.time.advance(10 * minuteMillis);
    await cases.expectTrue(bystander, `${what}: another`);
    revoker.gate.reset(...revoking);
    await order(one);
    await revoker.time.advance(10 * minuteMillis);
    const way = revoker.gate.passed;
    expectStruck(revoking, what);
    await cases.expectTrue(one, what);
    await cases.reconcileUntil(one, 'in-force', what);
    await cases.expectTrue(one, what);
    revoker.gate.reset(...lifting);
    await revoker.time.advance((revoker.longestSessionSeconds + 600) * 1000);
    const end = revoker.gate.passed;
    expectStruck(lifting, what);
    await revoker.reconcile();
    expect({ what, denied: cases.isDenied(one) || cases.isDenied(bystander) }).toEqual({
      what,
      denied: false,
    });
    return { way, end };
  };
  /** And nothing goes wrong from then on. */
  const expectStruck = (faults: readonly Fault[], what: string): void => {
    const struck = revoker.gate.struck();
    revoker.gate.reset();
    expect({ what, struck: struck > 0 }).toEqual({ what, struck: faults.length > 0 });
  };
  /** By name and turn: what goes wrong first moves what comes after it. */
  const callsOf = (names: readonly string[]) =>
    names.map((name, at) => ({
      name,
      turn: names.slice(0, at).filter((other) => other === name).length,
    }));

  it.each(faultKinds)(
    'each of its calls %s once: never said to be in force before it is, carried out by the next runs of the reconciler, and no other is undone',
    async (kind) => {
      const { way, end } = await expectCarriedOut({}, 'nothing');
      expect(new Set([...way, ...end]).size).toBeGreaterThanOrEqual(12);
      for (const call of callsOf(way).filter(({ name }) => isNoticed(name, kind))) {
        await expectCarriedOut(
          { revoking: [{ kind, ...call }] },
          `${call.name} ${String(call.turn)}, ${kind}`,
        );
      }
      for (const call of callsOf(end).filter(({ name }) => isNoticed(name, kind))) {
        await expectCarriedOut(
          { lifting: [{ kind, ...call }] },
          `at its end ${call.name} ${String(call.turn)}, ${kind}`,
        );
      }
    },
    300_000,
  );

  it(`the same through ${String(pairs)} pairs of faults`, async () => {
    const calls = callsOf((await expectCarriedOut({}, 'nothing')).way);
    const draw = drawn();
    for (let pair = 0; pair < pairs; pair += 1) {
      const revoking = [draw(calls), draw(calls)].flatMap((call) => {
        const kind = draw(faultKinds);
        return isNoticed(call.name, kind) ? [{ kind, ...call }] : [];
      });
      // The second may lie behind where the first made it end.
      if (revoking.length > 0) await expectCarriedOut({ revoking }, JSON.stringify(revoking));
    }
  }, 300_000);

  const services = [
    ...['RaiseEpoch invoke', 'RecordRefusal dynamodb', 'PurgeEntries invoke'],
    ...['RecordPurge dynamodb', 'DenySessions invoke', 'revoke dynamodb'],
    ...['revoke CreatePolicyVersion', 'RecordDeniedSessions dynamodb'],
  ];
  it.each(
    services
      .flatMap((service) => faultKinds.map((kind) => ({ service, kind })))
      .filter(({ service, kind }) => kind !== 'garbage' || !/dynamodb|Policy/.test(service)),
  )(
    '$service $kind for ten minutes: carried out once that is over',
    async ({ service, kind }) => {
      await expectCarriedOut({ revoking: [{ kind, service }] }, `${service} ${kind}`);
    },
    120_000,
  );
});
