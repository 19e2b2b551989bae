import type { Terminal } from './terminal.ts';

const silentMillis = 1000;
const eraseLine = '\r\u001b[K';

/** Says on a terminal what is being waited for, from the first second on; elsewhere, and before, nothing. */
export const withProgress = async <T>(
  { isInteractive }: Pick<Terminal, 'isInteractive'>,
  what: string,
  work: () => Promise<T>,
): Promise<T> => {
  if (!isInteractive) return work();
  const startedAt = Date.now();
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    process.stderr.write(`${eraseLine}${what} … ${String(seconds)} s`);
  }, silentMillis);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (Date.now() - startedAt >= silentMillis) process.stderr.write(eraseLine);
  }
};
