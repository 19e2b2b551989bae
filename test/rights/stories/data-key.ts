import type { Stories } from '../story.ts';

/** Table, executions and logs lie under the data key; services use it in their callers' names, nobody directly. */
const owners = [
  'stepkey-api',
  'stepkey-decide',
  'stepkey-identity',
  'stepkey-exchange',
  'stepkey-publish',
  'stepkey-audit',
  'stepkey-issue-credentials',
  'stepkey-batches',
  'stepkey-issue-batch',
] as const;

const key = { KeyId: 'alias/stepkey/data' };
const machineContext = 'aws:states:stateMachineArn';

const machines = ['issue-credentials', 'issue-batch'] as const;

/** Whose executions each may open; a machine makes keys for its own, and nobody else does. */
const opensExecutionsOf: Readonly<Record<string, readonly (typeof machines)[number][]>> = {
  'stepkey-api': ['issue-credentials'],
  'stepkey-issue-credentials': ['issue-credentials'],
  'stepkey-batches': ['issue-batch'],
  'stepkey-issue-batch': ['issue-credentials', 'issue-batch'],
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
      await (owner === `stepkey-${machine}` ? make() : refused(make()));
    }
    for (const context of [{}, { purpose: 'credentials' }, { [machineContext]: `${first}-2` }]) {
      await refused(contexts(context).open());
      await refused(contexts(context).make());
    }
  },
}));
