import { nodeDigest } from '../../adapters/digest.ts';
import type { Chain } from '../../core/ledger/append.ts';
import { genesis, linkAfter, type Link } from '../../core/ledger/link.ts';
import { textOfRecord, type LedgerRecord } from '../../core/ledger/record.ts';
import { createChainVerifier, type ChainFault } from '../../core/ledger/verify.ts';
import { noonEpochSeconds } from './callers.ts';

export const issuanceRecord = (
  id: string,
  changes: Partial<LedgerRecord> & { readonly data?: LedgerRecord['data'] } = {},
): LedgerRecord => ({
  format: 1,
  kind: 'issuance',
  id,
  subject: 'users:alice',
  atEpochSeconds: noonEpochSeconds,
  ...changes,
  data: {
    sessionId: 'session-1',
    client: 'app',
    actor: null,
    grant: 'own-files',
    rule: 0,
    evidence: '{"groups":["readers"]}',
    roleArn: 'arn:aws:iam::123456789012:role/stepkey/stepkey-own-files',
    sessionName: 'alice',
    identityId: 'us-east-1:aaaa',
    accessKeyId: 'ASIAEXAMPLE00000001',
    expiresAtEpochSeconds: noonEpochSeconds + 3600,
    tokenId: 'jti-1',
    source: 'cache',
    stale: 0,
    executionArn: null,
    ...changes.data,
  },
});

/** Appends one record. @throws what it failed of */
export const appendOne = async (chain: Chain, record: LedgerRecord): Promise<Link> => {
  const { links, failures } = await chain.append([record]);
  const link = links.get(record);
  if (link === undefined) throw failures[0] ?? new Error('neither appended nor failed');
  return link;
};

/** A chain of these records, as it would be written. */
export const chainOf = (shard: number, records: readonly LedgerRecord[]): Link[] => {
  const links: Link[] = [];
  for (const record of records) {
    links.push(linkAfter(links.at(-1) ?? genesis, shard, textOfRecord(record), nodeDigest));
  }
  return links;
};

/** The first fault that a verifier finds. */
export const firstFault = (
  shard: number,
  links: readonly Link[],
  ...verifying: Parameters<typeof createChainVerifier> extends [unknown, unknown, ...infer Rest]
    ? Rest
    : never
): ChainFault | null => {
  const verifier = createChainVerifier(shard, nodeDigest, ...verifying);
  for (const link of links) {
    const fault = verifier.take(link);
    if (fault !== null) return fault;
  }
  return verifier.finish();
};
