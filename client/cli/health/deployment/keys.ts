import { DescribeKeyCommand, GetKeyRotationStatusCommand } from '@aws-sdk/client-kms';
import type { Finding } from '../finding.ts';
import type { Aws } from './aws.ts';
import type { Deployed } from './deployed.ts';
import { look, orNull } from './look.ts';

const purposes = {
  sealing: 'nothing can be sealed or opened',
  data: 'table, logs and executions cannot be read',
} as const;

const faultsOf = async (aws: Aws, name: string, without: string): Promise<readonly string[]> => {
  const alias = `alias/${name}`;
  const found = await orNull(aws.kms.send(new DescribeKeyCommand({ KeyId: alias })));
  if (found === null) return [`there is no key ${alias}: ${without}`];
  const { KeyState, Arn } = found.KeyMetadata ?? {};
  if (KeyState !== 'Enabled') return [`${alias} is ${KeyState ?? 'in no state'}: ${without}`];
  const { KeyRotationEnabled } = await aws.kms.send(
    new GetKeyRotationStatusCommand({ KeyId: Arn }),
  );
  return KeyRotationEnabled === true ? [] : [`${alias} gets no new material by itself`];
};

export const checkKeys = (aws: Aws, { name }: Deployed): Promise<Finding> =>
  look('keys', async () => ({
    said: 'the sealing key and the data key are enabled, and are given new material every year',
    faults: (
      await Promise.all(
        Object.entries(purposes).map(([purpose, without]) =>
          faultsOf(aws, `${name}/${purpose}`, without),
        ),
      )
    ).flat(),
  }));
