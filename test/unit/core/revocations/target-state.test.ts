import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  effectOf,
  withoutRevocation,
  withRevocation,
  type RevocationsOfTarget,
} from '../../../../core/revocations/target-state.ts';

const now = 1_795_262_400;
const ids = ['r1', 'r2', 'r3'];

const step = fc.oneof(
  fc.record({
    do: fc.constant('revoke' as const),
    id: fc.constantFrom(...ids),
    cutOffEpochSeconds: fc.integer({ min: 1, max: 9 }),
    suspends: fc.boolean(),
  }),
  fc.record({ do: fc.constant('restore' as const), id: fc.constantFrom(...ids) }),
);

describe('[SEC-32] the revocations of one target', () => {
  it('count as the strictest in force, each restored on its own, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let state: RevocationsOfTarget = {};
        const inForce = new Map<string, { cut: number; suspends: boolean }>();
        const restored = new Set<string>();
        for (const each of steps) {
          if (each.do === 'restore') {
            state = withoutRevocation(state, each.id, now);
            inForce.delete(each.id);
            restored.add(each.id);
          } else {
            state = withRevocation(state, each.id, each, now);
            if (!restored.has(each.id) && !inForce.has(each.id)) {
              inForce.set(each.id, { cut: each.cutOffEpochSeconds, suspends: each.suspends });
            }
          }
        }
        const left = [...inForce.values()];
        expect(effectOf(state)).toEqual({
          revokedBeforeEpochSeconds: Math.max(0, ...left.map(({ cut }) => cut)),
          suspensions: left.filter(({ suspends }) => suspends).length,
        });
      }),
    );
  });

  it('that was restored before it was carried out does not come back', () => {
    const state = withoutRevocation({}, 'r1', now);
    const late = withRevocation(state, 'r1', { cutOffEpochSeconds: now, suspends: true }, now + 60);
    expect(effectOf(late)).toEqual({ revokedBeforeEpochSeconds: 0, suspensions: 0 });
  });

  it('forgets those restored a day ago, and nothing that is in force', () => {
    let state = withRevocation({}, 'r1', { cutOffEpochSeconds: now, suspends: false }, now);
    state = withoutRevocation(state, 'r2', now);
    state = withRevocation(
      state,
      'r3',
      { cutOffEpochSeconds: now, suspends: false },
      now + 24 * 3600,
    );
    expect(Object.keys(state).sort()).toEqual(['r1', 'r3']);
  });

  it('remember what was restored for a day, also of one that never came', () => {
    const never = withoutRevocation({}, 'r2', now);
    expect(never).toEqual({
      r2: { cutOffEpochSeconds: 0, suspends: false, restoredAtEpochSeconds: now },
    });
    const at = (seconds: number) =>
      Object.keys(withRevocation(never, 'r3', { cutOffEpochSeconds: 1, suspends: false }, seconds));
    expect(at(now + 24 * 3600 - 1)).toEqual(['r2', 'r3']);
    expect(at(now + 24 * 3600)).toEqual(['r3']);
  });

  it('that is asked for again a day after it was restored stays restored', () => {
    const order = { cutOffEpochSeconds: now, suspends: true };
    const restored = withoutRevocation(withRevocation({}, 'r1', order, now), 'r1', now);
    const again = withRevocation(restored, 'r1', order, now + 48 * 3600);
    expect(effectOf(again)).toEqual({ revokedBeforeEpochSeconds: 0, suspensions: 0 });
  });

  it('become one from the earliest cut-off on, and only where more than fifty are told apart', () => {
    const restored = { cutOffEpochSeconds: 1, suspends: false, restoredAtEpochSeconds: now };
    let state: RevocationsOfTarget = { restored };
    // Clocks differ: the first has the latest cut-off.
    for (let index = 0; index <= 50; index += 1) {
      const added = { cutOffEpochSeconds: now - index, suspends: false };
      state = withRevocation(state, `r${String(index)}`, added, now);
    }
    expect(Object.keys(state)).toHaveLength(52);
    const after = withRevocation(state, 'newest', { cutOffEpochSeconds: 7, suspends: false }, now);
    const { r50: earliest, ...others } = state;
    expect(after).toEqual({
      ...others,
      earlier: earliest,
      newest: { cutOffEpochSeconds: 7, suspends: false, restoredAtEpochSeconds: null },
    });
  });

  it('stay few enough for their row, however often a person signs out, and lose no cut-off and no suspension', () => {
    let state = withRevocation({}, 'held', { cutOffEpochSeconds: 1, suspends: true }, now);
    for (let sequence = 0; sequence < 500; sequence += 1) {
      const cutOffEpochSeconds = now + sequence;
      state = withRevocation(
        state,
        `r${String(sequence)}`,
        { cutOffEpochSeconds, suspends: false },
        now,
      );
      expect(effectOf(state)).toEqual({
        revokedBeforeEpochSeconds: cutOffEpochSeconds,
        suspensions: 1,
      });
    }
    const ids = Object.keys(state);
    expect(ids.length).toBeLessThan(100);
    const behind = { cutOffEpochSeconds: now, suspends: false };
    expect(withRevocation(state, 'behind', behind, now)).toHaveProperty('behind', {
      ...behind,
      restoredAtEpochSeconds: null,
    });
    for (const id of ids.filter((each) => /^r\d+$/.test(each))) {
      state = withoutRevocation(state, id, now);
    }
    // What is not told apart any more cannot be restored either.
    expect(effectOf(state).revokedBeforeEpochSeconds).toBeGreaterThan(now + 400);
    state = withoutRevocation(state, 'r7', now);
    expect(effectOf(state).revokedBeforeEpochSeconds).toBeGreaterThan(now + 400);
  });
});
