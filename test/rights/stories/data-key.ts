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
] as const;

const key = { KeyId: 'alias/stepkey/data' };
const machineContext = 'aws:states:stateMachineArn';

/** Whose executions each may open. */
const opensExecutions: ReadonlySet<string> = new Set(['stepkey-api', 'stepkey-issue-credentials']);

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
    const ownArn = String(twin.endpoints.stateMachines['issue-credentials']);
    const own = contexts({ [machineContext]: ownArn });
    await (opensExecutions.has(owner) ? own.open() : refused(own.open()));
    await (owner === 'stepkey-issue-credentials' ? own.make() : refused(own.make()));
    for (const context of [{}, { purpose: 'credentials' }, { [machineContext]: `${ownArn}-2` }]) {
      await refused(contexts(context).open());
      await refused(contexts(context).make());
    }
  },
}));
