/** Histories of executions that a restart does not lose, and where each of them was. */
import type { HistoryEvent } from '../../asl/history.ts';
import type { Arrival, Journal, Resumption } from '../../asl/journal.ts';
import type { Collection } from '../../state/store.ts';

/** What became durable at once. A history is its pages, in order. */
export interface HistoryPage {
  readonly events: readonly HistoryEvent[];
  readonly arrival?: Arrival;
  readonly waitUntilEpochMillis?: number;
}

interface Known {
  readonly events: HistoryEvent[];
  pages: number;
  arrival: (Arrival & { readonly lastEvent: HistoryEvent | undefined }) | null;
  waitUntilEpochMillis: number | null;
}

interface Recorder extends Journal {
  readonly record: (event: HistoryEvent) => void;
  /** Writes the execution's end; what is put at the same time becomes durable with it. */
  readonly finish: () => Promise<void>;
}

export interface Histories {
  readonly events: (executionArn: string) => readonly HistoryEvent[];
  readonly recorder: (executionArn: string) => Recorder;
  /** Undefined where nothing of it is durable: it begins anew. */
  readonly resumption: (executionArn: string) => Resumption | undefined;
  readonly delete: (executionArn: string) => Promise<void>;
}

const pageKey = (executionArn: string, page: number): string =>
  `${executionArn}/${String(page).padStart(6, '0')}`;

const add = (known: Known, page: HistoryPage): void => {
  known.pages += 1;
  known.events.push(...page.events);
  if (page.arrival !== undefined) {
    known.arrival = { ...page.arrival, lastEvent: known.events.at(-1) };
    known.waitUntilEpochMillis = null;
  }
  known.waitUntilEpochMillis = page.waitUntilEpochMillis ?? known.waitUntilEpochMillis;
};

const unknown = (): Known => ({ events: [], pages: 0, arrival: null, waitUntilEpochMillis: null });

export const createHistories = (pages: Collection<HistoryPage>): Histories => {
  const histories = new Map<string, Known>();
  const known = (executionArn: string): Known => {
    const held = histories.get(executionArn) ?? unknown();
    histories.set(executionArn, held);
    return held;
  };
  const loaded = [...pages.entries()].sort(([left], [right]) => (left < right ? -1 : 1));
  for (const [key, page] of loaded) add(known(key.slice(0, key.lastIndexOf('/'))), page);

  const append = (executionArn: string, page: HistoryPage): Promise<void> => {
    const history = known(executionArn);
    const written = pages.put(pageKey(executionArn, history.pages), page);
    add(history, page);
    return written;
  };

  return {
    events: (executionArn) => histories.get(executionArn)?.events ?? [],
    recorder: (executionArn) => {
      /** What goes with the next arrival, or with the end: a restart finds both or neither. */
      let held: HistoryEvent[] = [];
      const write = (page: Omit<HistoryPage, 'events'>): Promise<void> => {
        const written = append(executionArn, { ...page, events: held });
        held = [];
        // Who waits for a later page, or for the end, meets the failure of this one.
        written.catch(() => undefined);
        return written;
      };
      return {
        record: (event) => {
          held.push(event);
          if (!/^Execution|StateExited$/.test(event.type)) void write({});
        },
        arrive: (arrival) => write({ arrival }),
        wait: (waitUntilEpochMillis) => write({ waitUntilEpochMillis }),
        finish: () => write({}),
      };
    },
    resumption: (executionArn) => {
      const history = known(executionArn);
      const { arrival } = history;
      if (arrival === null) return undefined;
      const { lastEvent, ...at } = arrival;
      const before = lastEvent === undefined || lastEvent.type === 'ExecutionStarted';
      const previousEventId = before ? 0 : lastEvent.id;
      const next = history.events.find(({ id }) => id === (lastEvent?.id ?? 0) + 1);
      const isEntry = next?.type.endsWith('StateEntered') === true;
      return {
        arrival: at,
        lastEventId: history.events.at(-1)?.id ?? 0,
        previousEventId: isEntry ? next.id : previousEventId,
        entered: isEntry ? { eventId: next.id, atEpochMillis: next.timestampEpochMillis } : null,
        waitUntilEpochMillis: history.waitUntilEpochMillis,
      };
    },
    delete: async (executionArn) => {
      const count = histories.get(executionArn)?.pages ?? 0;
      histories.delete(executionArn);
      const numbers = Array.from({ length: count }, (_, page) => page);
      await Promise.all(numbers.map((page) => pages.delete(pageKey(executionArn, page))));
    },
  };
};
