import * as z from '../../core/zod.ts';
import { grantTrace } from '../../core/contracts/api-answers.ts';
import { timeOf } from '../../core/contracts/time.ts';
import type {
  LedgerRecord,
  LedgerSession,
  LedgerSubject,
} from '../../core/contracts/ledger-answers.ts';
import { executionUrlOf } from '../../core/ledger/execution-url.ts';
import { recordOfLink, type Link } from '../../core/ledger/link.ts';
import { listingOf } from '../../core/ledger/listing.ts';
import type { PlainRow } from '../../core/ledger/read-change.ts';
import { parseStrictJson } from '../../core/strict-json.ts';

/** Rows say `-` for nothing. */
const textIn = (row: PlainRow, name: string): string | null => {
  const value = row[name];
  return typeof value === 'string' && value !== '-' ? value : null;
};

const numberIn = (row: PlainRow, name: string): number | null => {
  const value = row[name];
  return typeof value === 'number' ? value : null;
};

const timeIn = (row: PlainRow, name: string): string | null => {
  const seconds = numberIn(row, name);
  return seconds !== null && seconds > 0 ? timeOf(seconds) : null;
};

const mapIn = (row: PlainRow, name: string): Record<string, unknown> | null => {
  const text = textIn(row, name);
  const value = text === null ? null : parseStrictJson(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
};

const evidenceIn = (row: PlainRow) => mapIn(row, 'evidence');

const refusalBasis = z.object({
  rule: z.nullable(z.int()),
  evidence: z.nullable(z.record(z.string(), z.unknown())),
  tried: z.array(grantTrace),
  triedLeftOut: z.int(),
});

/** Of a hand-out the rule and what it rested on; of a refusal what became of every rule too. */
const basisIn = (
  row: PlainRow,
): Pick<LedgerRecord, 'rule' | 'evidence' | 'tried' | 'triedLeftOut'> => {
  const { success, data } = refusalBasis.safeParse(mapIn(row, 'basis'));
  return success
    ? data
    : { rule: numberIn(row, 'rule'), evidence: evidenceIn(row), tried: null, triedLeftOut: 0 };
};

const tagsIn = (row: PlainRow): Record<string, string> =>
  Object.fromEntries(
    Object.entries(mapIn(row, 'tags') ?? {}).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );

const whoAndGrantIn = (row: PlainRow) => ({
  client: textIn(row, 'client'),
  actor: textIn(row, 'actor'),
  grant: textIn(row, 'grant'),
  tokenId: textIn(row, 'tokenId'),
  identityId: textIn(row, 'identityId'),
  accessKeyId: textIn(row, 'accessKeyId'),
});

/** The session that a record is about; null for a denial. */
export const sessionIdOf = (link: Link): string | null => {
  const { kind, id, data } = recordOfLink(link);
  return kind === 'session' ? id : textIn(data, 'sessionId');
};

/**
 * A record as auditors see it.
 * @param session the session's row, which has the policy and the execution that minted; null where there is none
 */
export const describeRecord = (link: Link, session: PlainRow | null): LedgerRecord => {
  const record = recordOfLink(link);
  const { id, data, atEpochSeconds } = record;
  const ofSession = session ?? {};
  const own = textIn(data, 'executionArn');
  const executionArn = own ?? textIn(ofSession, 'executionArn');
  const minted = numberIn(ofSession, 'startedAtEpochSeconds') ?? atEpochSeconds;
  return {
    id,
    outcome: listingOf(record)?.outcome ?? 'failed',
    at: timeOf(atEpochSeconds),
    subject: record.subject,
    ...whoAndGrantIn(data),
    ...basisIn(data),
    error: textIn(data, 'error') ?? textIn(data, 'failure'),
    stale: numberIn(data, 'stale') === 1,
    sessionId: sessionIdOf(link),
    roleArn: textIn(data, 'roleArn'),
    sessionName: textIn(data, 'sessionName'),
    sessionPolicy: textIn(ofSession, 'sessionPolicy'),
    sessionPolicySha256: textIn(ofSession, 'sessionPolicySha256'),
    expiresAt: timeIn(data, 'expiresAtEpochSeconds'),
    executionArn,
    executionUrl:
      executionArn === null
        ? null
        : executionUrlOf(executionArn, own === null ? minted : atEpochSeconds),
    chain: { shard: link.shard, sequence: link.sequence, hash: link.hash },
  };
};

const statuses: Readonly<Record<string, LedgerSession['status']>> = {
  MINTING: 'minting',
  ACTIVE: 'minted',
  WITHDRAWN: 'withdrawn',
  FAILED: 'failed',
};

export const describeSession = (
  sessionId: string,
  row: PlainRow,
  issuances: LedgerRecord[],
): LedgerSession => {
  const started = numberIn(row, 'startedAtEpochSeconds') ?? 1;
  const executionArn = textIn(row, 'executionArn') ?? '-';
  const { client, grant, ...others } = whoAndGrantIn(row);
  return {
    sessionId,
    status: statuses[textIn(row, 'status') ?? ''] ?? 'failed',
    subject: textIn(row, 'subject') ?? '-',
    client: client ?? '-',
    grant: grant ?? '-',
    ...others,
    rule: numberIn(row, 'rule') ?? 0,
    evidence: evidenceIn(row) ?? {},
    roleArn: textIn(row, 'roleArn') ?? '-',
    assumedRoleArn: textIn(row, 'assumedRoleArn'),
    sessionName: textIn(row, 'sessionName') ?? '-',
    tags: tagsIn(row),
    sessionPolicy: textIn(row, 'sessionPolicy'),
    sessionPolicySha256: textIn(row, 'sessionPolicySha256'),
    packedPolicySizePercent: numberIn(row, 'packedPolicySizePercent'),
    durationSeconds: numberIn(row, 'durationSeconds') ?? 0,
    startedAt: timeOf(started),
    mintedAt: timeIn(row, 'mintedAtEpochSeconds'),
    expiresAt: timeIn(row, 'expiresAtEpochSeconds'),
    error: textIn(row, 'failure'),
    executionArn,
    executionUrl: executionUrlOf(executionArn, started),
    issuances,
  };
};

/** A session that its holder can still use; null for every other. */
export const describeLiveSession = (
  sessionId: string,
  row: PlainRow,
  nowEpochSeconds: number,
): LedgerSubject['liveSessions'][number] | null => {
  const expires = numberIn(row, 'expiresAtEpochSeconds') ?? 0;
  if (row['status'] !== 'ACTIVE' || expires <= nowEpochSeconds) return null;
  return {
    sessionId,
    grant: textIn(row, 'grant') ?? '-',
    client: textIn(row, 'client') ?? '-',
    actor: textIn(row, 'actor'),
    accessKeyId: textIn(row, 'accessKeyId'),
    expiresAt: timeOf(expires),
  };
};

/** When and in which execution something was done: where its steps are. */
export const executionOf = (
  row: PlainRow,
  timeAttribute: string,
): { readonly executionArn: string; readonly aroundEpochSeconds: number } | null => {
  const executionArn = textIn(row, 'executionArn');
  const aroundEpochSeconds = numberIn(row, timeAttribute);
  return executionArn === null || aroundEpochSeconds === null
    ? null
    : { executionArn, aroundEpochSeconds };
};
