/** What a call on a machine, or on the data of its executions, needs. */
import type { AccessRequest } from '../../iam/policy.ts';
import { twinRegion } from '../../identity.ts';
import type { Machines } from './machines.ts';

/** The right to do one thing to the machine that the input names. */
export const onMachine =
  (action: string) =>
  (input: Record<string, unknown>): AccessRequest[] => [
    { action: `states:${action}`, resource: String(input['stateMachineArn']) },
  ];

/** Who reads an execution's data of a machine with a customer-managed key needs that key. */
export const readingData = (
  machines: Machines,
  input: Readonly<Record<string, unknown>>,
): AccessRequest[] => {
  // A map run's executions name their machine and the map's label.
  const arn = String(input['stateMachineArn']).split('/')[0] ?? '';
  const key = machines.find(arn)?.kmsKeyArn ?? null;
  if (key === null || input['includedData'] === 'METADATA_ONLY') return [];
  return [
    {
      action: 'kms:Decrypt',
      resource: key,
      conditionKeys: {
        'kms:EncryptionContext:aws:states:stateMachineArn': arn,
        'kms:EncryptionContextKeys': ['aws:states:stateMachineArn'],
        'kms:ViaService': `states.${twinRegion}.amazonaws.com`,
      },
    },
  ];
};
