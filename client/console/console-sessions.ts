import { createHash, randomBytes } from 'node:crypto';

/** Who is signed in at the page. The token stays on this side: the browser holds a cookie only. */
export interface ConsoleSession {
  /** A current access token. Rejects when none can be had without a new sign-in. */
  readonly token: () => Promise<string>;
  /** Whether signing out is of use: the command's own page is signed in by the command. */
  readonly canSignOut: boolean;
}

const cookieName = 'stepkey-console';
const lifetimeMillis = 12 * 3_600_000;
const maximumSessions = 100;

export interface ConsoleSessions {
  /** @returns the value of `Set-Cookie` */
  readonly open: (session: ConsoleSession) => string;
  readonly find: (cookieHeader: string | undefined) => ConsoleSession | null;
  /** @returns the value of `Set-Cookie` that forgets */
  readonly close: (cookieHeader: string | undefined) => string;
}

/** Sessions in memory, found by the hash of their cookie: a look-up tells nothing by its time. */
export const createConsoleSessions = (nowEpochMillis: () => number): ConsoleSessions => {
  const sessions = new Map<string, { session: ConsoleSession; untilEpochMillis: number }>();
  const attributes = 'Path=/console; HttpOnly; SameSite=Strict';
  return {
    open: (session) => {
      const oldest = sessions.keys().next().value;
      if (sessions.size >= maximumSessions && oldest !== undefined) sessions.delete(oldest);
      const value = randomBytes(32).toString('base64url');
      sessions.set(hashOf(value), {
        session,
        untilEpochMillis: nowEpochMillis() + lifetimeMillis,
      });
      return `${cookieName}=${value}; ${attributes}`;
    },
    find: (cookieHeader) => {
      const found = sessions.get(hashOf(cookieOf(cookieHeader)));
      return found !== undefined && found.untilEpochMillis > nowEpochMillis()
        ? found.session
        : null;
    },
    close: (cookieHeader) => {
      sessions.delete(hashOf(cookieOf(cookieHeader)));
      return `${cookieName}=; ${attributes}; Max-Age=0`;
    },
  };
};

const hashOf = (value: string): string => createHash('sha256').update(value).digest('hex');

const cookieOf = (header = ''): string =>
  header
    .split(';')
    .map((part) => part.trim().split('='))
    .find(([name]) => name === cookieName)?.[1] ?? '';
