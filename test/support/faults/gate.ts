import { StepkeyError } from '../../../core/errors.ts';
import type { VirtualTime } from './virtual-time.ts';

/**
 * What can go wrong with a call. `loses`: it was made, its answer never came. `hangs`: it is never made, and whoever
 * waits gives up at the time limit. `late`: so long that the other side has given up, and then it is made all the same.
 */
export const faultKinds = ['fails', 'throttles', 'loses', 'hangs', 'late', 'garbage'] as const;
export type FaultKind = (typeof faultKinds)[number];

/**
 * One fault: at the call of this number, counted from the last reset; at this name's call of this turn, the first is 0;
 * or at every call whose name has this in it from then on.
 */
export type Fault =
  | { readonly kind: FaultKind; readonly at: number }
  | { readonly kind: FaultKind; readonly name: string; readonly turn: number }
  | { readonly kind: FaultKind; readonly service: string };

/** How one kind of call fails. */
export interface Failures<T> {
  readonly fails: () => unknown;
  readonly throttles: () => unknown;
  /** What comes back instead; the call may have been made all the same. */
  readonly garbage: (call: () => Promise<T>) => T | Promise<T>;
  /** After so long the caller gives up by itself; null where only the state's own limit ends the wait. */
  readonly timeoutMillis: number | null;
}

export interface Gate {
  /** `<who> <what>`, such as `exchange assumeRole`, in the order of the calls. */
  readonly passed: readonly string[];
  readonly reset: (...faults: readonly Fault[]) => void;
  /** What each call waits for before it is made. */
  readonly onPass: (hook: ((name: string) => Promise<unknown>) | null) => void;
  /** How many faults came to pass. */
  readonly struck: () => number;
  readonly pass: <T>(name: string, call: () => Promise<T>, failures: Failures<T>) => Promise<T>;
}

const never = new Promise<never>(() => undefined);

/** Every call that leaves a function, the front or the machine goes through here. */
export const createGate = (time: VirtualTime): Gate => {
  let faults: readonly Fault[] = [];
  let passed: string[] = [];
  let struck = 0;
  let waitsFor: ((name: string) => Promise<unknown>) | null = null;

  const strike = async <T>(
    kind: FaultKind,
    call: () => Promise<T>,
    { fails, throttles, garbage, timeoutMillis }: Failures<T>,
  ): Promise<T> => {
    const giveUp = async (): Promise<never> => {
      if (timeoutMillis === null) return never;
      await time.wait(timeoutMillis);
      throw fails();
    };
    switch (kind) {
      case 'fails':
        throw fails();
      case 'throttles':
        throw throttles();
      case 'loses':
        await call();
        throw fails();
      case 'hangs':
        return giveUp();
      case 'late':
        void time
          .wait((timeoutMillis ?? 10_000) + 1)
          .then(call)
          .catch(() => undefined);
        return giveUp();
      case 'garbage':
        return garbage(call);
    }
  };
  return {
    get passed() {
      return passed;
    },
    reset: (...next) => {
      faults = next;
      passed = [];
      struck = 0;
    },
    onPass: (hook) => {
      waitsFor = hook;
    },
    struck: () => struck,
    pass: async (name, call, failures) => {
      await waitsFor?.(name);
      const number = passed.push(name) - 1;
      const fault = faults.find((candidate) => {
        if ('at' in candidate) return candidate.at === number;
        if (!('turn' in candidate)) return name.includes(candidate.service);
        const turn = passed.filter((other) => other === candidate.name).length - 1;
        return candidate.name === name && candidate.turn === turn;
      });
      if (fault === undefined) return call();
      struck += 1;
      return strike(fault.kind, call, failures);
    },
  };
};

/** As an adapter tells it. */
export const portFailures = <T>(garbage: () => T, timeoutMillis: number): Failures<T> => ({
  fails: () => new StepkeyError('Upstream.Unavailable'),
  throttles: () => new StepkeyError('Upstream.Throttled'),
  garbage,
  timeoutMillis,
});
