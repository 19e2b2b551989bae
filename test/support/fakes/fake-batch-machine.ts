import type { Batch } from '../../../core/batches/batch.ts';
import type { BatchMachine } from '../../../core/batches/ports.ts';
import { failureSwitch, type FailureSwitch } from './failure-switch.ts';

type Run = Pick<Batch, 'batchId' | 'run'>;

export interface FakeBatchMachine extends BatchMachine, FailureSwitch {
  /** The inputs of the runs, in order of their start. */
  readonly started: Parameters<BatchMachine['start']>[0][];
  /** Ends a run as the machine itself does, or as something that killed it. */
  readonly finish: (run: Run) => void;
}

/** Runs that go on until they are stopped. */
export const fakeBatchMachine = (): FakeBatchMachine => {
  const { failWith, check } = failureSwitch();
  const started: FakeBatchMachine['started'] = [];
  const ended = new Set<string>();
  const nameOf = ({ batchId, run }: Run): string => `${batchId}-${String(run)}`;
  const isStarted = (run: Run): boolean => started.some((other) => nameOf(other) === nameOf(run));
  return {
    failWith,
    started,
    finish: (run) => {
      ended.add(nameOf(run));
    },
    start: async (input) => {
      await Promise.resolve();
      check();
      if (!isStarted(input)) started.push(input);
    },
    stop: async (run) => {
      await Promise.resolve();
      check();
      if (isStarted(run)) ended.add(nameOf(run));
    },
    stateOf: async (run) => {
      await Promise.resolve();
      check();
      if (!isStarted(run)) return 'unknown';
      return ended.has(nameOf(run)) ? 'ended' : 'running';
    },
  };
};
