/** Calls made by several callers at once, each waiting for its answer before the next. */
export const load = async (
  count: number,
  callers: number,
  call: (index: number) => Promise<void>,
): Promise<{ readonly seconds: number; readonly millisOf: readonly number[] }> => {
  const millisOf: number[] = [];
  let next = 0;
  const begunAtMillis = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < count) {
        const index = next;
        next += 1;
        const sentAtMillis = performance.now();
        await call(index);
        millisOf.push(performance.now() - sentAtMillis);
      }
    }),
  );
  return { seconds: (performance.now() - begunAtMillis) / 1000, millisOf };
};
