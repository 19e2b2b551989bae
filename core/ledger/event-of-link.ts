import { timeOf } from '../contracts/time.ts';
import { eventSchemas, type BrokerEvent, type EventName } from '../contracts/events.ts';
import type { Json } from './canonical-json.ts';
import { recordOfLink, type Link } from './link.ts';
import type { LedgerRecord } from './record.ts';

type Detail = Readonly<Record<string, Json | undefined>>;

const timeOrNull = (seconds: Json | undefined): string | null =>
  typeof seconds === 'number' && seconds > 0 ? timeOf(seconds) : null;

const decisionIn = ({ data }: LedgerRecord): Detail => ({
  client: data['client'] ?? null,
  actor: data['actor'] ?? null,
  grant: data['grant'] ?? null,
});

const sessionIn = (record: LedgerRecord): Detail => ({
  ...decisionIn(record),
  rule: record.data['rule'] ?? null,
  roleArn: record.data['roleArn'],
  sessionName: record.data['sessionName'],
  identityId: record.data['identityId'],
  accessKeyId: record.data['accessKeyId'] ?? null,
  expiresAt: timeOrNull(record.data['expiresAtEpochSeconds']),
});

/**
 * Null for records that are nobody's event: a session that begins, fails or is withdrawn, batches under way, and
 * identities that are being adopted.
 */
const eventIn = (record: LedgerRecord): readonly [EventName, Detail] | null => {
  const { kind, id, data } = record;
  switch (kind) {
    case 'session':
      if (data['status'] !== 'ACTIVE') return null;
      return [
        'Session Minted',
        {
          ...sessionIn(record),
          sessionId: id,
          assumedRoleArn: data['assumedRoleArn'],
          sessionPolicySha256: data['sessionPolicySha256'] ?? null,
          executionArn: data['executionArn'],
        },
      ];
    case 'issuance':
      return [
        'Credentials Issued',
        {
          ...sessionIn(record),
          issuanceId: id,
          sessionId: data['sessionId'],
          source: data['source'],
          stale: data['stale'] === 1,
          executionArn: data['executionArn'] ?? null,
        },
      ];
    case 'denial':
      return [
        'Credentials Denied',
        {
          ...decisionIn(record),
          denialId: id,
          error: data['error'],
          executionArn: data['executionArn'] ?? null,
        },
      ];
    case 'identity':
      // An adoption: there is none until the person comes.
      if (typeof data['identityId'] !== 'string') return null;
      return [
        'Identity Registered',
        { identityId: data['identityId'], linked: data['linked'] === 1 },
      ];
    case 'revocation':
      return [
        'Revocation Changed',
        {
          revocationId: id,
          target: data['target'] ?? {
            kind: data['targetKind'] ?? null,
            name: data['targetName'] ?? '-',
          },
          status: data['status'],
          reason: data['reason'],
          requestedBy: data['requestedBy'],
        },
      ];
    case 'batch':
      if (data['status'] === 'RUNNING') return null;
      return [
        'Batch Completed',
        {
          client: data['client'] ?? null,
          grant: data['grant'] ?? null,
          batchId: id,
          status: data['status'],
          reason: data['reason'] ?? null,
          counts: {
            minted: data['minted'] ?? 0,
            cached: data['cached'] ?? 0,
            denied: data['denied'] ?? 0,
            failed: data['failed'] ?? 0,
          },
        },
      ];
    case 'removal':
    case 'restoration':
      return null;
  }
};

/**
 * The event that tells of a record: the same whenever it is made from the record again, but for the mark of a replay.
 * @returns null for a record that is nobody's event; `misshapen` where the row had not the shape that the event promises
 */
export const eventOfLink = (
  link: Link,
  options: { readonly replayed: boolean } = { replayed: false },
): BrokerEvent | 'misshapen' | null => {
  const record = recordOfLink(link);
  const event = eventIn(record);
  if (event === null) return null;
  const [name, own] = event;
  const parsed = eventSchemas[name].safeParse({
    format: 1,
    record: `${record.kind}/${record.id}`,
    ledger: { shard: link.shard, sequence: link.sequence, hash: link.hash },
    at: timeOf(record.atEpochSeconds),
    ...(options.replayed ? { replayed: true } : {}),
    subject: record.subject,
    ...own,
  });
  return parsed.success
    ? { name, atEpochSeconds: record.atEpochSeconds, detail: parsed.data }
    : 'misshapen';
};
