/** How soon the twin is ready, and how much memory it holds after many hand-outs. */
import { percentile, type Bench } from './bench.ts';
import { load } from './load.ts';
import { idTokenOf } from './sign-in.ts';
import { processorSeconds, residentMegabytes, startTwinProcess } from './twin-process.ts';

export const bench: Bench = {
  name: 'twin',
  measure: async ({ quick, progress }) => {
    const rounds = quick ? 2 : 5;
    const readySeconds: number[] = [];
    // The first fills the caches of bundles and templates.
    for (let round = 0; round <= rounds; round += 1) {
      const started = await startTwinProcess();
      await started.stop();
      if (round > 0) readySeconds.push(started.readyMillis / 1000);
    }
    progress('ready measured');
    const twin = await startTwinProcess();
    try {
      const token = await idTokenOf(twin.endpoints, 'alice');
      const count = quick ? 1000 : 10_000;
      const pid = twin.child.pid ?? 0;
      const before = processorSeconds(pid);
      const { seconds, millisOf } = await load(count, 16, async () => {
        const answer = await fetch(`${twin.endpoints.api}/v1/credentials`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: '{"grant":"own-files"}',
        });
        await answer.text();
        if (answer.status !== 200) throw new Error(`status ${String(answer.status)}`);
      });
      const mainSeconds = processorSeconds(pid) - before;
      const { main, children } = residentMegabytes(pid);
      const once = (name: string, unit: string, value: number) => ({ name, unit, values: [value] });
      return [
        {
          name: 'ready, warm caches',
          unit: 's',
          values: readySeconds,
          bar: { atMost: 3 },
        },
        {
          ...once(`resident after ${count.toLocaleString('en-US')} hand-outs`, 'MB', main),
          bar: { atMost: 350 },
        },
        once('  beside it, the function processes together', 'MB', children),
        once('hand-outs of 16 callers, on all cores with the load', '/s', count / seconds),
        once('  in the main process, for each second of one core', '/s', count / mainSeconds),
        once('  of them p50', 'ms', percentile(millisOf, 0.5)),
        once('  of them p99', 'ms', percentile(millisOf, 0.99)),
      ];
    } finally {
      await twin.stop();
    }
  },
};
