import { errorCatalogue, StepkeyError } from '../../core/errors.ts';

/**
 * Mints that this process has under way, one per cache entry: who comes later waits for the first instead of
 * starting an execution that would only lose the lease. It saves work where one process serves many requests at
 * a time; what makes a mint single across the fleet is the lease.
 */
export interface Flights {
  /**
   * Starts the work unless there is some under way for the key; then waits for that one's end and returns null.
   * @throws what the own work throws, and of somebody else's only what says that AWS does not answer: to ask
   *   again at once, one after the other, would help nobody
   */
  readonly join: <Result>(key: string, work: () => Promise<Result>) => Promise<Result | null>;
}

export const createFlights = (): Flights => {
  const underWay = new Map<string, Promise<unknown>>();
  return {
    join: async (key, work) => {
      const first = underWay.get(key);
      if (first !== undefined) {
        await first.catch(rethrowIfRetryable);
        return null;
      }
      const flight = work();
      underWay.set(key, flight);
      try {
        return await flight;
      } finally {
        underWay.delete(key);
      }
    },
  };
};

const rethrowIfRetryable = (error: unknown): void => {
  if (error instanceof StepkeyError && errorCatalogue[error.name].retryable) throw error;
};
