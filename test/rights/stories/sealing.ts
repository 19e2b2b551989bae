import type { Owner, Stage, Stories, Story } from '../story.ts';

/** Who seals and who opens what, as design and reviewers say it; the policies have to agree. */
const purposes = [
  'caller-token',
  'openid-token',
  'credentials',
  'warrant',
  'anything-else',
] as const;
type Purpose = (typeof purposes)[number];

const who: Readonly<
  Partial<Record<Owner, { readonly seals: readonly Purpose[]; readonly opens: readonly Purpose[] }>>
> = {
  'function stepkey-api': { seals: ['caller-token'], opens: ['credentials'] },
  'function stepkey-decide': { seals: [], opens: ['caller-token', 'warrant'] },
  'function stepkey-batches': { seals: ['warrant'], opens: [] },
  'machine stepkey-issue-batch': { seals: [], opens: [] },
  'function stepkey-archive': { seals: [], opens: [] },
  'function stepkey-publish': { seals: [], opens: [] },
  'function stepkey-replay': { seals: [], opens: [] },
  'function stepkey-audit': { seals: [], opens: [] },
  'function stepkey-revocations': { seals: [], opens: [] },
  'function stepkey-revoke': { seals: [], opens: [] },
  'machine stepkey-revoke': { seals: [], opens: [] },
  'function stepkey-identity': { seals: ['openid-token'], opens: ['caller-token'] },
  'function stepkey-exchange': { seals: ['credentials', 'openid-token'], opens: ['openid-token'] },
  'machine stepkey-issue-credentials': { seals: [], opens: [] },
};

const key = { KeyId: 'alias/stepkey/sealing' };

const tellOf =
  (owner: Owner): Story['tell'] =>
  async ({ admin, as, refused }: Stage) => {
    const { seals = [], opens = [] } = who[owner] ?? {};
    for (const purpose of purposes) {
      const EncryptionContext = { purpose };
      const { KeyMetadata } = await admin('kms', 'DescribeKey', key);
      const { Arn } = KeyMetadata as { Arn: string };
      const sealing = as(owner)('kms', 'GenerateDataKey', {
        KeyId: Arn,
        NumberOfBytes: 32,
        EncryptionContext,
      });
      await (seals.includes(purpose) ? sealing : refused(sealing));
      const { CiphertextBlob } = await admin('kms', 'GenerateDataKey', {
        KeyId: Arn,
        NumberOfBytes: 32,
        EncryptionContext,
      });
      const opening = as(owner)('kms', 'Decrypt', { CiphertextBlob, EncryptionContext });
      await (opens.includes(purpose) ? opening : refused(opening));
    }
  };

export const sealing: Stories = (Object.keys(who) as Owner[]).map((owner) => ({
  title: `${owner} seals and opens for its purposes and no other`,
  tell: tellOf(owner),
}));
