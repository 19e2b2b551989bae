import type { Upstream } from '../core/metrics/metric-list.ts';
import type { Meter } from '../core/ports.ts';
import { awsErrorName, awsFailure } from './aws-failures.ts';

type Step = (args: unknown) => Promise<unknown>;

/** Adds what stands around a call with all its attempts. */
type AddMiddleware = (
  middleware: (next: Step) => Step,
  options: { readonly step: 'initialize'; readonly name: string },
) => void;

export interface WatchedClient {
  // Each SDK client types it by its own commands, which do not matter here.
  readonly middlewareStack: { readonly add: (...args: never[]) => void };
}

const refusals = new Set(['AccessDenied', 'AccessDeniedException']);

/** @returns null for what a call is expected to answer with, such as a condition that does not hold */
const kindOf = (error: unknown): 'throttled' | 'unavailable' | 'refused' | null => {
  switch (awsFailure(error).name) {
    case 'Upstream.Throttled':
      return 'throttled';
    case 'Upstream.Unavailable':
      return 'unavailable';
    default:
      return refusals.has(awsErrorName(error)) ? 'refused' : null;
  }
};

/** Counts the calls of a client that failed after all its attempts, and changes nothing about them. */
export const watchUpstreams =
  (meter: Meter) =>
  <Client extends WatchedClient>(upstream: Upstream, client: Client): Client => {
    const add = client.middlewareStack.add.bind(client.middlewareStack) as unknown as AddMiddleware;
    add(
      (next) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          const kind = kindOf(error);
          if (kind !== null) meter.measure('UpstreamErrors', 1, { upstream, kind });
          throw error;
        }
      },
      { step: 'initialize', name: 'countUpstreamErrors' },
    );
    return client;
  };
