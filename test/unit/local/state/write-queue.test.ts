import { describe, expect, it } from '@jest/globals';
import { createWriteQueue } from '../../../../local/state/write-queue.ts';

describe('the write queue', () => {
  it('writes in the order of the calls, together what waited', async () => {
    const batches: string[][] = [];
    const queue = createWriteQueue<string>((changes) => {
      batches.push(changes);
      return Promise.resolve();
    });
    const first = queue.write('a');
    await Promise.resolve();
    await Promise.all([first, queue.write('b'), queue.write('c')]);
    expect(batches.flat()).toEqual(['a', 'b', 'c']);
    expect(batches.length).toBeLessThan(3);
  });

  it('fails every write after a failed one', async () => {
    let writes = 0;
    const queue = createWriteQueue<string>(() => {
      writes += 1;
      return Promise.reject(new Error('disk full'));
    });
    await expect(queue.write('a')).rejects.toThrow('disk full');
    await expect(queue.write('b')).rejects.toThrow('disk full');
    expect(writes).toBe(1);
    await queue.settled();
  });
});
