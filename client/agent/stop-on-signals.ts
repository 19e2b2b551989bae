import type { Agent } from './options.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Stops the agent when the process is told to end: the token file goes, then the process ends by the same signal, as
 * its parent expects. A second signal ends it at once.
 * @returns takes the handlers off again
 */
export const stopOnSignals = (agent: Pick<Agent, 'stop'>): (() => void) => {
  const release = (): void => {
    for (const signal of signals) process.removeListener(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    release();
    void agent.stop().finally(() => {
      process.kill(process.pid, signal);
    });
  };
  for (const signal of signals) process.on(signal, onSignal);
  return release;
};
