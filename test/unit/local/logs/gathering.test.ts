import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createGathering } from '../../../../local/services/logs/gathering.ts';
import type { Gathering } from '../../../../local/services/logs/gathering.ts';

describe('lines that are gathered', () => {
  let written: string[];
  let atOnce: number;
  let most: number;
  let fails: boolean;
  let gathering: Gathering;
  beforeEach(() => {
    jest.useFakeTimers();
    written = [];
    atOnce = 0;
    most = 0;
    fails = false;
    gathering = createGathering(async (lines) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await Promise.resolve();
      atOnce -= 1;
      if (fails) throw new Error('disk full');
      written.push(lines.toString());
    });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('are written together, in their order, within 20 ms', async () => {
    gathering.add('1');
    await jest.advanceTimersByTimeAsync(19);
    gathering.add('2');
    expect(written).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(written).toEqual(['1\n2\n']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are written at once where somebody waits, one write after the other', async () => {
    gathering.add('1');
    const first = gathering.flush();
    gathering.add('2');
    await gathering.flush();
    await first;
    expect(written).toEqual(['1\n', '2\n']);
    expect(most).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are whole, however many and long they are', async () => {
    const lines = Array.from({ length: 300 }, (_, index) => 'aä€😀'.repeat(index));
    lines.forEach(gathering.add);
    await gathering.flush();
    expect(written).toEqual([lines.map((line) => `${line}\n`).join('')]);
  });

  it('are still written after others could not be, of which who waits is told', async () => {
    fails = true;
    gathering.add('lost');
    const first = gathering.flush();
    await expect(first).rejects.toThrow('disk full');
    fails = false;
    gathering.add('kept');
    await gathering.flush();
    expect(written).toEqual(['kept\n']);
  });

  it('that cannot be written end nothing where nobody waits', async () => {
    fails = true;
    gathering.add('lost');
    await jest.advanceTimersByTimeAsync(20);
    await gathering.flush();
    expect(written).toEqual([]);
  });
});
