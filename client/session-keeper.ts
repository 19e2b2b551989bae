/**
 * Keeps one session in the hand: fetched once however many ask, replaced ahead of its end, and served as long as it
 * lasts while the broker is away. A refusal ends it at once.
 */
import { BrokerError } from './broker-error.ts';
import { refreshAtEpochMillis, type HeldSession } from './held-session.ts';
import { withPatience } from './patience.ts';
import { TokenHolderChanged } from './token-holder.ts';
import { wait } from './wait.ts';

export interface SessionKeeper {
  /**
   * A session with life left. Waits only where none is held, or less than a minute of it.
   * @throws BrokerError: a refusal whatever is held, anything else where nothing is held
   * @throws whatever the token source throws, where nothing is held
   */
  readonly get: () => Promise<HeldSession>;
  /** What is held now, of use or not; for messages. */
  readonly held: () => HeldSession | null;
  /** Ends what is under way; the keeper holds nothing afterwards. */
  readonly stop: () => void;
}

export interface SessionKeeperOptions {
  /** One request to the broker. The token is read in it, so that each request has the newest. */
  readonly obtain: () => Promise<HeldSession>;
  /** How long one caller is made to wait for an unavailable broker. */
  readonly patienceMillis: number;
  /** The broker went away: told once, with what is still held. */
  readonly onAway?: (error: unknown, held: HeldSession | null) => void;
  /** The broker is back: told once. */
  readonly onBack?: () => void;
  /** The broker said no. */
  readonly onRefused?: (error: unknown) => void;
  readonly nowEpochMillis?: () => number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

/** With less life than this a caller rather waits for the next session than starts a call with it. */
const urgentMillis = 60_000;
/** A refusal is the same a moment later: SDKs that ask again at once get it without the broker being asked. */
const refusalHoldMillis = 5_000;
const idlePauseMillis = 10_000;

/** The broker considered it and said no, or cannot make sense of what is asked: the same answer would come again. */
const isRefusal = (error: unknown): boolean =>
  error instanceof TokenHolderChanged ||
  (error instanceof BrokerError && ['not-accepted', 'denied', 'invalid'].includes(error.kind));

const retryAfterMillisOf = (error: unknown): number =>
  error instanceof BrokerError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;

export const keepSession = (options: SessionKeeperOptions): SessionKeeper => {
  const now = options.nowEpochMillis ?? (() => Date.now());
  const random = options.random ?? Math.random;
  const stopping = new AbortController();
  let held: HeldSession | null = null;
  let refreshAt = 0;
  let flight: Promise<HeldSession> | null = null;
  /** The last failure, and until when it is the answer to whoever asks; with a session in the hand there is more time. */
  let failure: {
    /** The flight that failed: it answers as it did. */
    readonly flight: Promise<HeldSession>;
    readonly untilEpochMillis: number;
    readonly untilWhileHeldEpochMillis: number;
  } | null = null;
  let isAway = false;
  let isWanted = false;
  let timer: NodeJS.Timeout | null = null;

  const valid = (): HeldSession | null =>
    held !== null && held.expiresAtEpochMillis > now() ? held : null;

  const refreshIn = (millis: number): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      // A session that nobody asked for since it came is let go: nothing is minted for nobody.
      if (isWanted && valid() !== null) void fly().catch(() => undefined);
    }, millis);
    // Refreshing ahead is no reason for a process to go on.
    timer.unref();
  };

  const landed = (session: HeldSession): HeldSession => {
    if (stopping.signal.aborted) return session;
    // The broker may answer with the session that is held already, while it makes the next one.
    const isNewer = held?.accessKeyId !== session.accessKeyId;
    held = session;
    failure = null;
    isWanted &&= !isNewer;
    refreshAt = isNewer
      ? refreshAtEpochMillis(session, now(), random())
      : now() + idlePauseMillis * (1 + random());
    refreshIn(Math.max(0, refreshAt - now()));
    if (isAway) options.onBack?.();
    isAway = false;
    return session;
  };

  const sayAway = (error: unknown): void => {
    if (!isAway && !stopping.signal.aborted) options.onAway?.(error, valid());
    isAway = true;
  };

  const failed = (error: unknown, failedFlight: Promise<HeldSession>): void => {
    if (stopping.signal.aborted) return;
    if (isRefusal(error)) held = null;
    const pauseMillis = isRefusal(error) ? refusalHoldMillis : retryAfterMillisOf(error);
    const idleMillis = Math.max(pauseMillis, idlePauseMillis * (1 + random()));
    failure = {
      flight: failedFlight,
      untilEpochMillis: now() + pauseMillis,
      untilWhileHeldEpochMillis: now() + idleMillis,
    };
    if (valid() !== null) refreshIn(idleMillis);
    if (isRefusal(error)) {
      isAway = false;
      options.onRefused?.(error);
    } else sayAway(error);
  };

  const obtain = (): Promise<HeldSession> =>
    withPatience(() => options.obtain(), {
      totalMillis: options.patienceMillis,
      nowEpochMillis: now,
      onWait: (_, error) => {
        sayAway(error);
      },
      sleep: async (millis) => {
        await wait(millis, stopping.signal);
        stopping.signal.throwIfAborted();
      },
    });

  /** One at a time: whoever asks meanwhile waits for the same. */
  const fly = (): Promise<HeldSession> => {
    if (flight !== null) return flight;
    const started = obtain()
      .then(landed, (error: unknown) => {
        failed(error, started);
        throw error;
      })
      .finally(() => {
        flight = null;
      });
    // Whoever waits sees the failure; a flight ahead of time has nobody waiting.
    started.catch(() => undefined);
    flight = started;
    return started;
  };

  const request = (): Promise<HeldSession> => {
    if (flight !== null || failure === null) return fly();
    const { untilEpochMillis, untilWhileHeldEpochMillis } = failure;
    const until = valid() === null ? untilEpochMillis : untilWhileHeldEpochMillis;
    return now() < until ? failure.flight : fly();
  };

  return {
    get: async () => {
      isWanted = true;
      const session = valid();
      if (session !== null && now() < refreshAt) return session;
      const next = request();
      if (session === null) return next;
      next.catch(() => undefined);
      if (session.expiresAtEpochMillis - now() > urgentMillis) return session;
      return next.catch((error: unknown) => {
        const rest = valid();
        if (rest === null || isRefusal(error)) throw error;
        return rest;
      });
    },
    held: valid,
    stop: () => {
      stopping.abort();
      if (timer !== null) clearTimeout(timer);
      held = null;
    },
  };
};
