/** One partition of a list, read from the newest on. */
export interface NewestFirst<Item> {
  /**
   * @param before only what sorts before this; null from the newest on
   * @returns what was found, newest first, and down to where everything was looked at; null for the end
   */
  readonly read: (
    before: string | null,
  ) => Promise<{ readonly items: readonly Item[]; readonly lookedTo: string | null }>;
}

interface Reading<Item> {
  readonly source: NewestFirst<Item>;
  readonly found: Item[];
  /** Null at the end. */
  lookedTo: string | null;
}

/**
 * Merges partitions into one list, newest first. Nothing is given that another partition might still come before. A
 * filter may leave few of many: after some rounds the page ends where it is, and says how to go on.
 * @param keyOf sorts, and is unique over all partitions
 * @param before where an earlier page ended
 * @returns at most `limit` items, and where the next page begins; null when this was the last
 */
export const mergeNewestFirst = async <Item>(
  sources: readonly NewestFirst<Item>[],
  keyOf: (item: Item) => string,
  before: string | null,
  limit: number,
  rounds = 10,
): Promise<{ readonly items: readonly Item[]; readonly next: string | null }> => {
  const readings = await Promise.all(
    sources.map(async (source): Promise<Reading<Item>> => {
      const { items, lookedTo } = await source.read(before);
      return { source, found: [...items], lookedTo };
    }),
  );
  for (let round = 1; ; round += 1) {
    const open = readings.filter(({ lookedTo }) => lookedTo !== null);
    const boundary = newestOf(open.map(({ lookedTo }) => lookedTo));
    const certain = readings
      .flatMap(({ found }) => found)
      .filter((item) => boundary === null || keyOf(item) >= boundary)
      .sort((left, right) => (keyOf(left) < keyOf(right) ? 1 : -1));
    const items = certain.slice(0, limit);
    const last = items.at(-1);
    if (items.length === limit && last !== undefined) {
      const isLast = certain.length === limit && boundary === null;
      return { items, next: isLast ? null : keyOf(last) };
    }
    if (boundary === null || round === rounds) return { items, next: boundary };
    await Promise.all(
      open
        .filter(({ lookedTo }) => lookedTo === boundary)
        .map(async (reading) => {
          const { items: more, lookedTo } = await reading.source.read(boundary);
          reading.found.push(...more);
          reading.lookedTo = lookedTo;
        }),
    );
  }
};

const newestOf = (keys: readonly (string | null)[]): string | null =>
  keys.reduce(
    (newest, key) => (newest === null || (key !== null && key > newest) ? key : newest),
    null,
  );
