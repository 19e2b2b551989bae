import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  inProcessRevoker,
  revokeMachineText,
  type InProcessRevoker,
} from '../support/faults/in-process-revoker.ts';
import type { Fault } from '../support/faults/gate.ts';
import { revocationCases, type RevocationCase } from '../support/faults/revocation-cases.ts';
import { allButTheDate } from '../support/faults/virtual-time.ts';

const { States } = JSON.parse(revokeMachineText) as {
  States: Readonly<Record<string, { readonly Type: string }>>;
};
const minuteMillis = 60_000;

interface Boundary {
  readonly state: string;
  readonly when: 'enter' | 'exit';
}

describe('[SEC-35] an execution of revoke that is killed anywhere', () => {
  let revoker: InProcessRevoker;
  let cases: ReturnType<typeof revocationCases>;
  const visited = new Set<string>();
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

  /** @param only part of the names of the executions */
  const states = (one: RevocationCase, only = ''): readonly string[] => [
    ...new Set(
      revoker.executions
        .filter(({ name }) => name.startsWith(one.revocationId) && name.includes(only))
        .flatMap((execution) => execution.states),
    ),
  ];
  const boundariesOf = (visitedStates: readonly string[]): readonly Boundary[] =>
    visitedStates.flatMap((state) => [
      { state, when: 'enter' as const },
      { state, when: 'exit' as const },
    ]);

  interface Scenario {
    readonly faults?: readonly Fault[];
    /** How long they last. */
    readonly faultMillis?: number;
    readonly restores?: 'at once' | 'later';
    /** Whether sessions may be alive. */
    readonly denies?: boolean;
  }
  const scenarios: Readonly<Record<string, Scenario>> = {
    revokes: {},
    'has nothing to deny': { denies: false },
    'fails to write the policy': {
      faults: [{ kind: 'fails', service: 'revoke CreatePolicyVersion' }],
    },
    restores: { restores: 'later' },
    'is restored while it is carried out': { restores: 'at once' },
    'is restored before it can begin': {
      faults: [{ kind: 'throttles', service: 'RaiseEpoch invoke' }],
      faultMillis: 5000,
      restores: 'at once',
    },
  };

  /** Carries it out, and comes back once it rests. */
  const run = async (
    { faults = [], faultMillis = 10 * minuteMillis, restores, denies = true }: Scenario,
    boundary: Boundary | null,
  ): Promise<RevocationCase> => {
    const one = cases.next();
    const kill = (): void => {
      if (boundary !== null) revoker.killAt(boundary.state, boundary.when);
    };
    revoker.gate.reset(...faults);
    if (restores !== 'later') kill();
    await revoker.revoke(one.revocationId, one.subject, denies);
    if (restores === 'later') {
      await revoker.time.advance(minuteMillis);
      kill();
    }
    if (restores !== undefined) await revoker.restore(one.revocationId);
    if (faults.length > 0) await revoker.time.advance(faultMillis);
    revoker.gate.reset();
    await revoker.time.advance(minuteMillis);
    return one;
  };

  it.each(Object.entries(scenarios))(
    'where it %s: refused stays refused, and what was asked for is carried out by the next runs of the reconciler',
    async (name, scenario) => {
      const whole = await run(scenario, null);
      const passed = states(whole);
      revoker.gate.reset();
      await cases.reconcileUntil(
        whole,
        scenario.restores === undefined ? 'in-force' : 'restored',
        name,
      );
      await revoker.time.advance((revoker.longestSessionSeconds + 600) * 1000);
      for (const state of [...passed, ...states(whole)]) visited.add(state);
      const only = scenario.restores === 'later' ? 'restore' : '';
      for (const boundary of boundariesOf(states(whole, only))) {
        // A state that fails the execution has no way out.
        if (boundary.when === 'exit' && States[boundary.state]?.Type === 'Fail') continue;
        const what = `${name}, killed at the ${boundary.when} of ${boundary.state}`;
        const one = await run(scenario, boundary);
        if (!revoker.isKilled()) {
          // A state after the wait for the sessions' end, which comes later than the revocation is in force.
          await revoker.time.advance((revoker.longestSessionSeconds + 600) * 1000);
        }
        revoker.gate.reset();
        const raised = await revoker.revocationOf(one.subject);
        await cases.reconcileUntil(
          one,
          scenario.restores === undefined ? 'in-force' : 'restored',
          what,
        );
        const { epoch, suspensions } = await revoker.revocationOf(one.subject);
        expect({ what, hasFallen: epoch < raised.epoch }).toEqual({ what, hasFallen: false });
        expect({ what, isKilled: revoker.isKilled() }).toEqual({ what, isKilled: true });
        if (scenario.restores === undefined) {
          expect({ what, raises: epoch > 0, suspensions }).toEqual({
            what,
            raises: true,
            suspensions: 1,
          });
          const record = await revoker.recordOf(one.revocationId);
          const until = record?.denialNeededUntilEpochSeconds ?? 0;
          const isOver = until * 1000 < revoker.time.nowEpochMillis();
          // One whose time is over goes with the next look at the policy.
          if (isOver) await revoker.reconcile();
          const isNeeded = scenario.denies !== false && !isOver;
          expect({ what, denied: cases.isDenied(one) }).toEqual({ what, denied: isNeeded });
        } else {
          expect({ what, suspensions, denied: cases.isDenied(one) }).toEqual({
            what,
            suspensions: 0,
            denied: false,
          });
        }
      }
    },
    300_000,
  );

  it('keeps no denial in the policy once the sessions that it denied have ended', async () => {
    await revoker.time.advance(2 * revoker.longestSessionSeconds * 1000);
    await revoker.reconcile();
    expect(revoker.policyText()).not.toContain('users:');
  });

  it('is killed at every state that there is', () => {
    expect(Object.keys(States).filter((state) => !visited.has(state))).toEqual([]);
  });
});
