/**
 * Brings events to targets: at least once, also over a restart, and to each target in the order in which they
 * were accepted. What fails is tried again some times, then handed to the dead-letter hook.
 */
import type { Timers } from '../../asl/timers.ts';
import { AwsError } from '../../aws.ts';
import type { Collection } from '../../state/store.ts';
import type { Delivery } from './model.ts';

/** @throws AwsError or anything else when the target did not take it */
export type Deliver = (delivery: Delivery) => Promise<void>;

export interface DeadLetter {
  readonly delivery: Delivery;
  readonly attempts: number;
  readonly errorCode: string;
  readonly errorMessage: string;
  /** As AWS writes it on a dead letter; null where the error was not worth another try. */
  readonly exhaustedRetryCondition: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | null;
}

export interface DeliveriesDependencies {
  readonly pending: Collection<Delivery>;
  readonly deliver: Deliver;
  readonly deadLetter: (letter: DeadLetter) => Promise<void> | void;
  readonly timers: Timers;
  readonly log: (line: string) => void;
}

export interface Deliveries {
  /** Before this nothing is delivered: after a restart the targets are not there at once. */
  readonly start: () => void;
  /** Resolves when the deliveries are durable. */
  readonly add: (deliveries: readonly Delivery[]) => Promise<void>;
  readonly settled: () => Promise<void>;
  /** Stops; what was not delivered is delivered after the next start. */
  readonly close: () => Promise<void>;
}

/** AWS's own default is 185 within a day, more than anyone waits for here. */
const defaultRetries = 3;
const longestPauseMillis = 60_000;

const isWorthAnotherTry = (error: unknown): boolean =>
  !(error instanceof AwsError) ||
  error.statusCode >= 500 ||
  /Throttl|TooManyRequests|LimitExceeded/u.test(error.code);

const errorCodeOf = (error: unknown): string =>
  error instanceof AwsError ? error.code : error instanceof Error ? error.name : 'Error';

export const createDeliveries = (dependencies: DeliveriesDependencies): Deliveries => {
  const { pending, deliver, timers, log } = dependencies;
  const stop = new AbortController();
  const queues = new Map<string, Promise<void>>();
  const aborted = new Promise<false>((resolve) => {
    stop.signal.addEventListener('abort', () => {
      resolve(false);
    });
  });
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let sequence = [...pending.entries()].reduce((last, [key]) => Math.max(last, Number(key)), 0);

  const pause = (millis: number): Promise<void> =>
    new Promise((resolve) => {
      if (stop.signal.aborted) {
        resolve();
        return;
      }
      const stopped = (): void => {
        cancel();
        resolve();
      };
      const cancel = timers.schedule(millis, () => {
        stop.signal.removeEventListener('abort', stopped);
        resolve();
      });
      stop.signal.addEventListener('abort', stopped, { once: true });
    });

  const giveUp = async (letter: DeadLetter): Promise<void> => {
    const { ruleArn, target, eventId } = letter.delivery;
    log(
      `event ${eventId} of ${ruleArn} did not reach target ${target.Id}: ${letter.errorCode} (attempts: ${String(letter.attempts)})`,
    );
    try {
      await dependencies.deadLetter(letter);
    } catch (error) {
      log(`dead letter of event ${eventId} was not taken: ${errorCodeOf(error)}`);
    }
  };

  /** Resolves to false when it was stopped before the end. */
  const bring = async (delivery: Delivery): Promise<boolean> => {
    const { MaximumRetryAttempts = defaultRetries, MaximumEventAgeInSeconds = 86_400 } =
      delivery.target.RetryPolicy ?? {};
    const lastEpochMillis = delivery.acceptedAtEpochMillis + MaximumEventAgeInSeconds * 1000;
    for (let attempts = 1; !stop.signal.aborted; attempts += 1) {
      try {
        // A target that takes its time does not hold up the end; it is asked again after the next start.
        const taken = deliver(delivery).then(() => true);
        return await Promise.race([taken, aborted]);
      } catch (error) {
        const pauseMillis = Math.min(100 * 2 ** attempts, longestPauseMillis);
        const isLast = attempts > MaximumRetryAttempts;
        const isOld = timers.nowEpochMillis() + pauseMillis > lastEpochMillis;
        const isHopeless = !isWorthAnotherTry(error);
        if (isHopeless || isLast || isOld) {
          await giveUp({
            delivery,
            attempts,
            errorCode: errorCodeOf(error),
            // Of AWS's refusals only: another error's text may be about the event.
            errorMessage: error instanceof AwsError ? error.message : 'The target failed.',
            exhaustedRetryCondition: isHopeless
              ? null
              : isLast
                ? 'MaximumRetryAttempts'
                : 'MaximumEventAgeInSeconds',
          });
          return true;
        }
        await pause(pauseMillis);
      }
    }
    return false;
  };

  const enqueue = (key: string, delivery: Delivery): void => {
    // The rule too: two rules may give one id to different targets.
    const queue = JSON.stringify([delivery.ruleArn, delivery.target.Id]);
    const done = (queues.get(queue) ?? opened).then(async () => {
      if (await bring(delivery)) await pending.delete(key);
    });
    queues.set(queue, done);
    const forget = (): void => {
      if (queues.get(queue) === done) queues.delete(queue);
    };
    done.then(forget, (error: unknown) => {
      forget();
      log(`event ${delivery.eventId} stays undelivered: ${errorCodeOf(error)}`);
    });
  };

  const settled = async (): Promise<void> => {
    while (queues.size > 0) await Promise.allSettled(queues.values());
  };

  for (const [key, delivery] of [...pending.entries()].sort(
    ([left], [right]) => Number(left) - Number(right),
  ))
    enqueue(key, delivery);

  return {
    start: open,
    add: async (deliveries) => {
      const added = deliveries.map((delivery): [string, Delivery] => {
        sequence += 1;
        return [String(sequence), delivery];
      });
      const durable = added.map(([key, delivery]) => pending.put(key, delivery));
      for (const [key, delivery] of added) enqueue(key, delivery);
      await Promise.all(durable);
    },
    settled,
    close: async () => {
      stop.abort();
      open();
      await settled();
    },
  };
};
