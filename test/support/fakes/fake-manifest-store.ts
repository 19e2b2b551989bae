import { StepkeyError } from '../../../core/errors.ts';
import type { ManifestStore } from '../../../core/batches/ports.ts';
import { failureSwitch, type FailureSwitch } from './failure-switch.ts';

/** The bucket's lists in memory; what is there can be looked at. */
export const fakeManifestStore = (): ManifestStore &
  FailureSwitch & { readonly texts: Map<string, string>; readonly reads: string[] } => {
  const { failWith, check } = failureSwitch();
  const texts = new Map<string, string>();
  const reads: string[] = [];
  return {
    failWith,
    texts,
    reads,
    write: async (key, text) => {
      await Promise.resolve();
      check();
      texts.set(key, text);
    },
    lines: async function* (key) {
      await Promise.resolve();
      reads.push(key);
      check();
      const text = texts.get(key);
      if (text === undefined) throw new StepkeyError('Batch.ManifestMissing');
      const lines = text.split(/\r?\n/);
      // What ends with a line break has no line after it.
      yield* lines.at(-1) === '' ? lines.slice(0, -1) : lines;
    },
  };
};
