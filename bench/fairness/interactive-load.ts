/** People who ask while a batch runs: so many a second, whether or not the answers before have come. */
import { setTimeout as wait } from 'node:timers/promises';

export interface Person {
  /** ID token. */
  readonly token: string;
  /** Takes the person's session out of the cache. */
  readonly forget: () => Promise<void>;
}

export interface InteractiveRate {
  readonly requestsPerSecond: number;
  /** 4: every fourth finds nothing in the cache. */
  readonly requestsPerMint: number;
}

export interface Answered {
  readonly dueEpochMillis: number;
  readonly latencyMillis: number;
  readonly status: number;
  readonly source: string;
  /** What the problem's type ends in; null where credentials came. */
  readonly refusal: string | null;
}

export interface InteractiveLoad {
  readonly answers: readonly Answered[];
  /** Requests that a connection broke under: the twin was killed. */
  readonly lost: () => number;
  /** No request leaves until `resume`. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Resolves when every request has its answer. */
  readonly stop: () => Promise<void>;
}

/**
 * Some requests are mints, paid from the budget: the person's session is taken out of the cache a second before. The
 * others take what the cache has.
 * @param people who take turns
 */
export const startInteractiveLoad = (
  api: string,
  people: readonly Person[],
  { requestsPerSecond, requestsPerMint }: InteractiveRate,
): InteractiveLoad => {
  const answers: Answered[] = [];
  const underWay = new Set<Promise<void>>();
  let lost = 0;
  let isPaused = false;
  let isStopped = false;

  const personAt = (index: number): Person | undefined =>
    people[Math.floor(index / requestsPerMint) % people.length];

  const ask = async (index: number, dueEpochMillis: number): Promise<void> => {
    try {
      const answer = await fetch(`${api}/v1/credentials`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${personAt(index)?.token ?? ''}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ grant: 'own-files' }),
      });
      const { source, type } = (await answer.json()) as { source?: string; type?: string };
      answers.push({
        dueEpochMillis,
        // From when it was due: a client that waits for itself would hide what it waited.
        latencyMillis: Date.now() - dueEpochMillis,
        status: answer.status,
        source: source ?? '-',
        refusal:
          answer.status === 200 ? null : (type?.replace(/^.*\//, '') ?? String(answer.status)),
      });
    } catch {
      lost += 1;
    }
  };

  const run = async (): Promise<void> => {
    const everyMillis = 1000 / requestsPerSecond;
    let dueEpochMillis = Date.now();
    for (let index = 0; !isStopped; index += 1) {
      dueEpochMillis += everyMillis;
      await wait(Math.max(0, dueEpochMillis - Date.now()));
      if (isPaused) {
        dueEpochMillis = Date.now();
        continue;
      }
      const later = index + requestsPerSecond;
      if (later % requestsPerMint === 0)
        void personAt(later)
          ?.forget()
          .catch(() => undefined);
      const request: Promise<void> = ask(index, dueEpochMillis).finally(() =>
        underWay.delete(request),
      );
      underWay.add(request);
    }
  };
  const running = run();
  return {
    answers,
    lost: () => lost,
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
    },
    stop: async () => {
      isStopped = true;
      await running;
      await Promise.all(underWay);
    },
  };
};
