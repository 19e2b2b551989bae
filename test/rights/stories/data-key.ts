import type { Owner, Stories } from '../story.ts';

/** Table, executions and logs lie under the data key; services use it in their callers' names, nobody directly. */
const owners = [
  'function stepkey-api',
  'function stepkey-decide',
  'function stepkey-identity',
  'function stepkey-exchange',
  'function stepkey-publish',
  'function stepkey-archive',
  'function stepkey-replay',
  'function stepkey-audit',
  'machine stepkey-issue-credentials',
  'function stepkey-batches',
  'machine stepkey-issue-batch',
  'function stepkey-revocations',
  'function stepkey-revoke',
  'machine stepkey-revoke',
] as const;

const key = { KeyId: 'alias/stepkey/data' };
const machineContext = 'aws:states:stateMachineArn';

const machines = ['issue-credentials', 'issue-batch', 'revoke'] as const;

/** Whose executions each may open; a machine makes keys for its own, and nobody else does. */
const opensExecutionsOf: Readonly<Partial<Record<Owner, readonly (typeof machines)[number][]>>> = {
  'function stepkey-api': ['issue-credentials'],
  'machine stepkey-issue-credentials': ['issue-credentials'],
  'function stepkey-batches': ['issue-batch'],
  'machine stepkey-issue-batch': ['issue-credentials', 'issue-batch'],
  'machine stepkey-revoke': ['revoke'],
};

export const dataKey: Stories = owners.map((owner) => ({
  title: `${owner} uses the data key for its machine’s executions at most`,
  tell: async ({ admin, as, refused, twin }) => {
    const { KeyMetadata } = await admin('kms', 'DescribeKey', key);
    const { Arn: KeyId } = KeyMetadata as { Arn: string };
    const contexts = (EncryptionContext: Record<string, string>) => {
      const request = { KeyId, NumberOfBytes: 32, EncryptionContext };
      return {
        make: () => as(owner)('kms', 'GenerateDataKey', request),
        open: async () => {
          const { CiphertextBlob } = await admin('kms', 'GenerateDataKey', request);
          return as(owner)('kms', 'Decrypt', { CiphertextBlob, EncryptionContext });
        },
      };
    };
    const first = String(twin.endpoints.stateMachines['issue-credentials']);
    const arnOf = (machine: string): string => first.replace('issue-credentials', machine);
    for (const machine of machines) {
      const { make, open } = contexts({ [machineContext]: arnOf(machine) });
      const mayOpen = opensExecutionsOf[owner]?.includes(machine) === true;
      await (mayOpen ? open() : refused(open()));
      await (owner === `machine stepkey-${machine}` ? make() : refused(make()));
    }
    for (const context of [{}, { purpose: 'credentials' }, { [machineContext]: `${first}-2` }]) {
      await refused(contexts(context).open());
      await refused(contexts(context).make());
    }
  },
}));
