import { simulate } from './simulate.ts';

/** What one mint writes into its execution's log, at level ALL with execution data, as the machine is deployed. */
export const logKilobytesOfAMint = async (): Promise<number> => {
  let bytes = 0;
  let first: string | null = null;
  await simulate(
    {
      name: 'one-mint',
      subjects: 1,
      requestsPerSecond: 0.2,
      callsPerSecond: 50,
      durationSeconds: 3600,
      seconds: 60,
      countedFromSeconds: 0,
      start: 'cold',
      seed: 1,
    },
    (execution, event) => {
      first ??= execution;
      if (execution === first) bytes += JSON.stringify(event).length;
    },
  );
  return bytes / 1024;
};
