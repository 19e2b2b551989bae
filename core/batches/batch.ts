/** One batch: many subjects of one grant, whose credentials are minted ahead of the job that will ask for them. */
export interface Batch {
  /** 32–36 of `[0-9a-f-]`. */
  readonly batchId: string;
  /** The client that started it, as grants list it. */
  readonly client: string;
  readonly grant: string;
  /** Hex SHA-256 of the request, so that an idempotency key is not used for another one. */
  readonly requestSha256: string;
  readonly manifest: Manifest;
  readonly status: BatchStatus;
  /** Counts the executions: 1, and one more for each resumption. */
  readonly run: number;
  /** Lines of the manifest, and once the batch has ended the subjects in it; null until they were counted. */
  readonly total: number | null;
  readonly counts: OutcomeCounts;
  /** The catalogue's name of what ended it; null unless it failed. */
  readonly reason: string | null;
  readonly startedAtEpochSeconds: number;
  readonly endedAtEpochSeconds: number | null;
}

export type BatchStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** Where the subjects are listed, in the deployment's bucket. */
export interface Manifest {
  readonly key: string;
  readonly format: ManifestFormat;
}

/** CSV with a column `subject`, or a JSON object with a member `subject` in each line. */
export type ManifestFormat = 'csv' | 'jsonl';

export const outcomes = ['minted', 'cached', 'denied', 'failed'] as const;
type Outcome = (typeof outcomes)[number];
export type OutcomeCounts = Readonly<Record<Outcome, number>>;

/** What became of one subject. */
export interface SubjectOutcome {
  /** As the manifest spells it. */
  readonly subject: string;
  readonly outcome: Outcome;
  /** The catalogue's name; null where credentials lie ready. */
  readonly reason: string | null;
  /** Of the session that lies in the cache; null where there is none. */
  readonly sessionId: string | null;
}

export const doneOf = (counts: OutcomeCounts): number =>
  outcomes.reduce((sum, outcome) => sum + counts[outcome], 0);

/** Subjects failed that another attempt may help; a denial is an answer. */
export const isPartial = ({ status, counts }: Pick<Batch, 'status' | 'counts'>): boolean =>
  status !== 'RUNNING' && (status !== 'SUCCEEDED' || counts.failed > 0);
