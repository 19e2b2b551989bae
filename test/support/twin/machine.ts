import { randomUUID } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { SFNClient, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { clientSettings } from '../../../adapters/aws-clients.ts';
import { kmsSealer } from '../../../adapters/sealer.ts';
import type { IssueInput } from '../../../core/contracts/issue.ts';
import type { Sealer } from '../../../core/ports.ts';
import type { Twin } from '../../../local/twin.ts';

const settings = (twin: Twin, service: 'kms' | 'states') => ({
  ...clientSettings(service, { region: twin.endpoints.region, endpoint: twin.endpoints.aws }),
  credentials: twin.endpoints.adminCredentials,
});

/** Seals as the front does, with the administrator's rights. */
export const sealerOf = async (twin: Twin): Promise<Sealer> => {
  const { KeyId: key } = (
    (await twin.call('kms', 'DescribeKey', { KeyId: 'alias/stepkey/sealing' })) as {
      KeyMetadata: { KeyId: string };
    }
  ).KeyMetadata;
  const { region, accountId } = twin.endpoints;
  return kmsSealer({
    client: new KMSClient(settings(twin, 'kms')),
    keyArn: `arn:aws:kms:${region}:${accountId}:key/${key}`,
  });
};

/** Starts issue-credentials directly, past the front, as something that got hold of the right to start it might. */
export const runMachine = async (
  twin: Twin,
  input: Pick<IssueInput, 'sealedToken'> & Partial<IssueInput>,
): Promise<{
  readonly name: string;
  readonly error: string | undefined;
  readonly output: unknown;
}> => {
  const name = randomUUID();
  const client = new SFNClient(settings(twin, 'states'));
  const execution = await client.send(
    new StartSyncExecutionCommand({
      stateMachineArn: twin.endpoints.stateMachines['issue-credentials'],
      name,
      input: JSON.stringify({
        kind: 'credentials',
        door: 'id',
        onBehalfOf: null,
        grant: null,
        roleArn: null,
        class: 'interactive',
        refreshAheadSeconds: 0,
        unusableSessionId: '-',
        ...input,
      } satisfies IssueInput),
    }),
  );
  client.destroy();
  return {
    name,
    error: execution.error,
    output: execution.output === undefined ? null : (JSON.parse(execution.output) as unknown),
  };
};
