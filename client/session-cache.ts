/** Sessions of many subjects in one process: one keeper per key, and no more keys than fit. */
import type { SessionKeeper } from './session-keeper.ts';

export interface SessionCache {
  /** The keeper of this key, made when there is none. Keys that were not used for longest make room. */
  readonly keeperOf: (key: readonly (string | null)[], make: () => SessionKeeper) => SessionKeeper;
  readonly stop: () => void;
}

/** @param mostEntries sessions that are held at a time; what makes room is fetched again when it is next asked for */
export const createSessionCache = (mostEntries = 1_000): SessionCache => {
  // A Map keeps the order of insertion: the first entry is the one that was not used for longest.
  const keepers = new Map<string, SessionKeeper>();
  return {
    keeperOf: (parts, make) => {
      // JSON keeps the parts apart: no value can reach into its neighbour.
      const key = JSON.stringify(parts);
      const keeper = keepers.get(key) ?? make();
      keepers.delete(key);
      keepers.set(key, keeper);
      for (const [oldest, evicted] of keepers) {
        if (keepers.size <= mostEntries) break;
        evicted.stop();
        keepers.delete(oldest);
      }
      return keeper;
    },
    stop: () => {
      for (const keeper of keepers.values()) keeper.stop();
      keepers.clear();
    },
  };
};
