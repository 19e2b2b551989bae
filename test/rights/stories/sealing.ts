import type { Stage, Stories, Story } from '../story.ts';

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
  Record<string, { readonly seals: readonly Purpose[]; readonly opens: readonly Purpose[] }>
> = {
  'stepkey-api': { seals: ['caller-token'], opens: ['credentials'] },
  'stepkey-decide': { seals: [], opens: ['caller-token', 'warrant'] },
  'stepkey-batches': { seals: ['warrant'], opens: [] },
  'stepkey-issue-batch': { seals: [], opens: [] },
  'stepkey-identity': { seals: ['openid-token'], opens: ['caller-token'] },
  'stepkey-exchange': { seals: ['credentials', 'openid-token'], opens: ['openid-token'] },
  'stepkey-issue-credentials': { seals: [], opens: [] },
};

const key = { KeyId: 'alias/stepkey/sealing' };

const tellOf =
  (owner: string): Story['tell'] =>
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

export const sealing: Stories = Object.keys(who).map((owner) => ({
  title: `${owner} seals and opens for its purposes and no other`,
  tell: tellOf(owner),
}));
