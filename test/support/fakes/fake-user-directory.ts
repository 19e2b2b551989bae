import type { DirectoryUser, UserDirectory } from '../../../core/ports.ts';
import { callerOf } from '../callers.ts';
import { failureSwitch, type FailureSwitch } from './failure-switch.ts';

/** The reader whom `callerOf` describes, as the user pool has them. */
export const rita: DirectoryUser = {
  sub: callerOf().sub,
  username: 'rita',
  enabled: true,
  status: 'CONFIRMED',
  groups: ['readers'],
  attributes: { sub: callerOf().sub, email: 'rita@example.com', email_verified: 'true' },
};

export interface FakeUserDirectory extends UserDirectory, FailureSwitch {
  /** Adds a person to a pool, or replaces the one with this `sub`. */
  readonly put: (userPoolId: string, user: DirectoryUser) => void;
  readonly remove: (userPoolId: string, sub: string) => void;
  /** How often somebody was looked for. */
  readonly searches: () => number;
}

/** User pools as a directory shows them. */
export const fakeUserDirectory = (): FakeUserDirectory => {
  const { failWith, check } = failureSwitch();
  const users = new Map<string, Map<string, DirectoryUser>>();
  let searches = 0;
  return {
    failWith,
    searches: () => searches,
    put: (userPoolId, user) => {
      users.set(
        userPoolId,
        (users.get(userPoolId) ?? new Map<string, DirectoryUser>()).set(user.sub, user),
      );
    },
    remove: (userPoolId, sub) => {
      users.get(userPoolId)?.delete(sub);
    },
    find: async ({ userPoolId }, name) => {
      await Promise.resolve();
      searches += 1;
      check();
      const present = [...(users.get(userPoolId)?.values() ?? [])];
      return (
        present.find((user) =>
          'sub' in name
            ? user.sub === name.sub
            : user.username.toLowerCase() === name.username.toLowerCase(),
        ) ?? null
      );
    },
  };
};
