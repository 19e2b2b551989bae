/** What an execution tells of its way, for another process to take it up. */

/** The machine's own flow between two states. */
export interface Arrival {
  /** Null after the last state. */
  readonly stateName: string | null;
  /** JSON text. */
  readonly inputText: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface Journal {
  /** Resolves when the arrival and every event before it are durable together. */
  readonly arrive: (arrival: Arrival) => Promise<void>;
  /** Resolves when the end of the Wait that the flow is in is durable. */
  readonly wait: (untilEpochMillis: number) => Promise<void>;
}

export interface Resumption {
  readonly arrival: Arrival;
  readonly lastEventId: number;
  /** What the next event of the flow follows. */
  readonly previousEventId: number;
  /** Null where the state was not entered before the restart. */
  readonly entered: { readonly eventId: number; readonly atEpochMillis: number } | null;
  readonly waitUntilEpochMillis: number | null;
}
