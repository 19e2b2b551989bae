import type { Grant } from '../../core/grants/grant.ts';
import type { CredentialStore, DirectoryUser, UserDirectory } from '../../core/ports.ts';
import { contradictionOf, type Contradiction } from '../../core/revocations/compare-session.ts';
import type { LiveSession, LiveSessions } from '../../core/revocations/live-session.ts';
import { isSub } from '../../core/subject/subject-name.ts';
import type { UserPool } from '../../core/user-pools.ts';
import { revokeByItself, type OwnRevocationPorts } from './revoke-by-itself.ts';

export interface ComparisonPorts extends OwnRevocationPorts {
  readonly live: LiveSessions;
  /** Asked anew in each run: what an earlier run was told is too old. */
  readonly users: UserDirectory;
  readonly store: Pick<CredentialStore, 'read'>;
}

export interface ComparisonContext {
  readonly userPools: readonly Pick<UserPool, 'alias' | 'userPoolId'>[];
  readonly grants: readonly Grant[];
  readonly comparesGroups: boolean;
  /** How many people one run asks the directory for. */
  readonly subjectsPerRun: number;
}

export interface ComparisonReport {
  readonly sessions: number;
  readonly subjects: number;
  readonly revocationIds: readonly string[];
  /** Whether the run came to the end of all that is live; the next begins anew then. */
  readonly isPassDone: boolean;
}

/** Well below the function's own limit, so that a run ends by keeping its place. */
const patienceMillis = 15_000;
/** A directory may not know yet, everywhere, whom it let sign in a moment ago. */
const newestSeconds = 60;

const explanations: Readonly<Record<Contradiction, string>> = {
  unknown: 'the user pool does not know the person any more',
  inactive: 'the person is disabled in the user pool',
  groups: 'the person is not in the groups any more that the session rests on',
};

/**
 * Goes on where the last run ended, one person at a time, and revokes whoever has a live session that the directory
 * speaks against. A session that a revocation covers already is left alone; so is one whose own revocation was restored.
 * @throws Upstream.* when the directory or the table does not answer: the next run begins with that session, and the
 *   one after it behind it
 */
export const compareLiveSessions = async (
  ports: ComparisonPorts,
  context: ComparisonContext,
): Promise<ComparisonReport> => {
  const beganAtEpochMillis = ports.clock.nowEpochMillis();
  const nowEpochSeconds = Math.floor(beganAtEpochMillis / 1000);
  const found = new Map<string, DirectoryUser | null>();
  const revoked = new Map<string, string>();
  let sessions = 0;
  let place = await ports.live.readPlace();
  const isTimeLeft = () => ports.clock.nowEpochMillis() - beganAtEpochMillis < patienceMillis;

  /** Null for what is nobody's of the deployment's pools: a machine, or a pool that is gone. */
  const ask = async (subject: string): Promise<{ user: DirectoryUser | null } | null> => {
    const [, alias, sub = ''] = /^([^:]*):(.*)$/.exec(subject) ?? [];
    const pool = context.userPools.find((each) => each.alias === alias);
    if (pool === undefined || !isSub(sub)) return null;
    const user = found.has(subject)
      ? (found.get(subject) ?? null)
      : await ports.users.find(pool, { sub });
    found.set(subject, user);
    return { user };
  };

  const compare = async (session: LiveSession): Promise<void> => {
    const { subject, sessionId, mintedAtEpochSeconds } = session;
    if (revoked.has(subject)) return;
    const asked = await ask(subject);
    if (asked === null) return;
    const contradiction = contradictionOf(session, asked.user, context);
    if (contradiction === null) return;
    const isNew = mintedAtEpochSeconds > nowEpochSeconds - newestSeconds;
    if (contradiction === 'unknown' && isNew) return;
    const { revocation } = await ports.store.read({ subject, client: '-', grant: '-' }, null);
    if (mintedAtEpochSeconds <= revocation.subject.revokedBeforeEpochSeconds) return;
    const revocationId = await revokeByItself(ports, {
      subject,
      cause: ['reconciler', sessionId],
      reason: `reconciler: ${explanations[contradiction]}, session ${sessionId}`,
      denies: true,
    });
    revoked.set(subject, revocationId);
  };

  const reportOf = (isPassDone: boolean): ComparisonReport => ({
    sessions,
    subjects: found.size,
    revocationIds: [...revoked.values()],
    isPassDone,
  });

  // control SEC-35
  for (;;) {
    const part = await ports.live.listAfter(place, nowEpochSeconds);
    try {
      for (const session of part.sessions) {
        if (found.size >= context.subjectsPerRun || !isTimeLeft()) return reportOf(false);
        try {
          await compare(session);
        } catch (error) {
          // One that fails again, at the beginning of a run, must not hold up all that come after it.
          if (sessions === 0) place = session.place;
          throw error;
        }
        sessions += 1;
        place = session.place;
      }
      if (part.isLast) {
        place = null;
        return reportOf(true);
      }
    } finally {
      await ports.live.keepPlace(place);
    }
  }
};
