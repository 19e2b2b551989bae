import type { Evidence } from '../grants/evidence.ts';

/** A session that was minted and has not ended. */
export interface LiveSession {
  readonly sessionId: string;
  /** `issuerAlias:sub`; of a machine, `sub` is its client's id. */
  readonly subject: string;
  readonly grant: string;
  /** Index of the grant's rule that matched, and what of the subject it rested on. */
  readonly rule: number;
  readonly evidence: Evidence;
  readonly mintedAtEpochSeconds: number;
  readonly place: LivePlace;
}

/** Where a session stands among those that are live; nothing of it is secret. */
export interface LivePlace {
  /** 0–15: they are spread, so that no partition of the index sets a limit to minting. */
  readonly shard: number;
  readonly expiresAtEpochSeconds: number;
  readonly sessionId: string;
}

/** The sessions that are live, in parts that a run can go through; its adapter throws Upstream.*, Config.Invalid. */
export interface LiveSessions {
  /**
   * Those that come after a place, by shard and then by their end. A session that lives from the beginning of a pass to
   * its end is in one of the parts; one that is minted meanwhile is in this pass or in the next.
   * @param after null from the beginning
   * @returns `isLast` where nothing comes after this part
   */
  readonly listAfter: (
    after: LivePlace | null,
    nowEpochSeconds: number,
  ) => Promise<{ readonly sessions: readonly LiveSession[]; readonly isLast: boolean }>;
  /** Where the last run ended; null at the beginning of a pass. */
  readonly readPlace: () => Promise<LivePlace | null>;
  readonly keepPlace: (place: LivePlace | null) => Promise<void>;
}
