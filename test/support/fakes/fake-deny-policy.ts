import { StepkeyError } from '../../../core/errors.ts';
import type { Denial } from '../../../core/revocations/deny-policy.ts';
import type {
  DenialRows,
  DenyPolicyText,
  RoleWideCutOff,
  WriterLease,
} from '../../../core/revocations/ports.ts';

export interface FakeDenyPolicy {
  readonly denials: DenialRows;
  readonly policy: DenyPolicyText;
  readonly lease: WriterLease;
  readonly roleWide: RoleWideCutOff;
  /** Before which second every session is denied, as requests read it. */
  readonly allDeniedBefore: () => number;
  readonly text: () => string;
  readonly writes: readonly string[];
  /** The next write takes effect and its answer is lost. */
  readonly loseNextAnswer: () => void;
  /** As if somebody else had written it. */
  readonly tamper: (text: string) => void;
}

/**
 * The policy, its denials and its lease in memory; `meanwhile` runs before each call, so that a test chooses the order.
 */
export const fakeDenyPolicy = (
  initial: string,
  nowEpochMillis: () => number,
  meanwhile: (label: string) => Promise<void> = () => Promise.resolve(),
): FakeDenyPolicy => {
  const rows = new Map<string, Denial | 'lifted'>();
  const writes: string[] = [];
  let text = initial;
  let isAnswerLost = false;
  let holder: { owner: string; until: number } | null = null;
  let writtenSha256: string | null = null;
  let allDeniedBefore = 0;
  return {
    text: () => text,
    allDeniedBefore: () => allDeniedBefore,
    roleWide: {
      raise: async (epochSeconds) => {
        await meanwhile('raise role-wide');
        allDeniedBefore = Math.max(allDeniedBefore, epochSeconds);
      },
      set: async (epochSeconds) => {
        await meanwhile('set role-wide');
        allDeniedBefore = epochSeconds;
      },
    },
    writes,
    loseNextAnswer: () => {
      isAnswerLost = true;
    },
    tamper: (other) => {
      text = other;
    },
    denials: {
      add: async (denial) => {
        await meanwhile('add');
        if (!rows.has(denial.revocationId)) rows.set(denial.revocationId, denial);
      },
      lift: async (revocationId) => {
        await meanwhile('lift');
        rows.set(revocationId, 'lifted');
      },
      list: async () => {
        await meanwhile('list');
        return [...rows.values()].flatMap((row) => (row === 'lifted' ? [] : row));
      },
    },
    policy: {
      read: async () => {
        await meanwhile('read policy');
        return text;
      },
      write: async (wanted) => {
        await meanwhile('write policy');
        text = wanted;
        writes.push(wanted);
        if (isAnswerLost) {
          isAnswerLost = false;
          throw new StepkeyError('Upstream.Unavailable');
        }
      },
    },
    lease: {
      take: async (owner, until, unlessSha256) => {
        await meanwhile('take');
        if (holder !== null && holder.owner !== owner && holder.until >= nowEpochMillis()) {
          return { outcome: 'held' };
        }
        if (unlessSha256 !== null && unlessSha256 === writtenSha256) return { outcome: 'written' };
        const before = writtenSha256;
        holder = { owner, until };
        writtenSha256 = null;
        return { outcome: 'taken', writtenSha256: before };
      },
      release: async (owner, nowWrittenSha256) => {
        await meanwhile('release');
        if (holder?.owner !== owner) return;
        holder = null;
        writtenSha256 = nowWrittenSha256;
      },
    },
  };
};
