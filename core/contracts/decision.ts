import type { Evidence } from '../grants/evidence.ts';

/** What one grant gives one caller: everything that changes authority, and nothing that does not. */
export interface Decision {
  readonly grant: string;
  readonly roleArn: string;
  /** 2–64 of `[\w+=,.@-]`. */
  readonly sessionName: string;
  /** 900–43,200; the grant's, never the caller's. */
  readonly durationSeconds: number;
  /** Never served with less left, except `stale`. */
  readonly minTtlSeconds: number;
  /** Principal tags of the session: keys ≤ 128, values 1–256 characters of STS's alphabet. */
  readonly tags: Readonly<Record<string, string>>;
  /** The session policy with every value but `{{identityId}}` filled in, as JSON text; null for none. */
  readonly sessionPolicyTemplate: string | null;
  /** Hex SHA-256 over everything that changes authority. */
  readonly cacheKey: string;
  /** Hits run through the machine too, so that each hand-out is an execution. */
  readonly traceEveryRequest: boolean;
  /** Index of the grant's rule that matched, for the record. */
  readonly rule: number;
  /** What of the caller that rule rested on, for the record. */
  readonly evidence: Evidence;
}
