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

interface Answer {
  readonly output?: { readonly Responses?: unknown };
}

/** BatchExecuteStatement answers as a success though a statement was not allowed. @see Amazon DynamoDB API Reference, BatchStatementError */
const refusesStatement = (answer: unknown): boolean => {
  const responses = (answer as Answer | undefined)?.output?.Responses;
  return (
    Array.isArray(responses) &&
    (responses as readonly ({ readonly Error?: { readonly Code?: string } } | null)[]).some(
      (each) => refusals.has(each?.Error?.Code ?? ''),
    )
  );
};

/** Counts the calls of a client that failed after all its attempts, or were refused in part, and changes nothing about them. */
export const watchUpstreams =
  (meter: Meter) =>
  <Client extends WatchedClient>(upstream: Upstream, client: Client): Client => {
    const add = client.middlewareStack.add.bind(client.middlewareStack) as unknown as AddMiddleware;
    add(
      (next) => async (args) => {
        try {
          const answer = await next(args);
          if (refusesStatement(answer)) {
            meter.measure('UpstreamErrors', 1, { upstream, kind: 'refused' });
          }
          return answer;
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
