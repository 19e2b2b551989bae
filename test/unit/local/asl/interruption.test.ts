import { describe, expect, it } from '@jest/globals';
import { Interrupted } from '../../../../local/asl/errors.ts';
import { createInterruption } from '../../../../local/asl/interruption.ts';

const never = new Promise<never>(() => undefined);
const stop = new Interrupted('abort');

describe('an interruption', () => {
  it('is the outcome of what had none, and of what begins after it', async () => {
    const interruption = createInterruption();
    const before = interruption.during(never);
    interruption.interrupt(stop);

    await expect(before).rejects.toBe(stop);
    await expect(interruption.during(Promise.resolve(1))).rejects.toBe(stop);
  });

  it('leaves its outcome to what had one', async () => {
    const interruption = createInterruption();
    const result = interruption.during(Promise.resolve(1));
    const failure = interruption.during(Promise.reject(new RangeError('broken')));
    interruption.interrupt(stop);

    await expect(result).resolves.toBe(1);
    await expect(failure).rejects.toThrow(RangeError);
  });

  it('reaches those under it, but not those that are released, nor those above', () => {
    const interruption = createInterruption();
    const child = interruption.child();
    const released = interruption.child();
    const other = interruption.child();
    released.release();
    other.interrupt(new Interrupted('branch'));
    expect(interruption.reason()).toBeNull();
    interruption.interrupt(stop);

    expect(child.reason()).toBe(stop);
    expect(child.signal().aborted).toBe(true);
    expect(released.reason()).toBeNull();
    expect(other.signal().reason).toEqual(new Interrupted('branch'));
  });

  it('has one signal, whether it is asked for before or after', () => {
    const early = createInterruption();
    const late = createInterruption();
    const signal = early.signal();
    for (const interruption of [early, late]) interruption.interrupt(stop);

    expect(early.signal()).toBe(signal);
    expect(signal.reason).toBe(stop);
    expect(late.signal().reason).toBe(stop);
    expect(late.signal()).toBe(late.signal());
  });
});
