import type { Clock, DirectoryUser, UserDirectory } from '../core/ports.ts';
import { putYoungest } from './put-youngest.ts';

/** How old an answer may be: as long a disabled person may still be acted for by this process. */
const maximumAgeMillis = 60_000;
const maximumEntries = 10_000;

interface Remembered {
  readonly user: Promise<DirectoryUser | null>;
  readonly askedAtEpochMillis: number;
}

/**
 * Remembers whom a directory found for at most a minute, counted from the question. Failures and unknown people are
 * asked for again, so that who was just created is found.
 */
export const cachedUserDirectory = (directory: UserDirectory, clock: Clock): UserDirectory => {
  const remembered = new Map<string, Remembered>();
  return {
    find: (pool, name) => {
      const key = JSON.stringify([pool.alias, pool.userPoolId, name]);
      const now = clock.nowEpochMillis();
      const present = remembered.get(key);
      const age = now - (present?.askedAtEpochMillis ?? 0);
      if (present !== undefined && age >= 0 && age < maximumAgeMillis) return present.user;
      const asked: Remembered = { user: directory.find(pool, name), askedAtEpochMillis: now };
      const forget = () => {
        if (remembered.get(key) === asked) remembered.delete(key);
      };
      putYoungest(remembered, key, asked, maximumEntries);
      asked.user.then((user) => {
        if (user === null) forget();
      }, forget);
      return asked.user;
    },
  };
};
