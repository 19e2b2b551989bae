/** What a call on a machine, or on the data of its executions, needs. */
import type { AccessRequest } from '../../iam/policy.ts';
import { twinRegion } from '../../identity.ts';
import { partsOfArn } from './machines.ts';
import type { Machines, StoredStateMachine } from './machines.ts';

/** The right to do one thing to the machine that the input names, itself or by an alias: the machine's ARN counts. */
export const onMachine =
  (action: string) =>
  (input: Record<string, unknown>): AccessRequest[] => {
    const named = String(input['stateMachineArn']);
    const { machineArn, qualifier } = partsOfArn(named);
    return [
      {
        action: `states:${action}`,
        resource: machineArn ?? named,
        ...(qualifier === null
          ? {}
          : { conditionKeys: { 'states:StateMachineQualifier': qualifier } }),
      },
    ];
  };

/** The condition keys of what Step Functions does with a machine's customer-managed key. */
const dataKeyConditions = (
  stateMachineArn: string,
): Readonly<Record<string, string[] | string>> => ({
  'kms:EncryptionContext:aws:states:stateMachineArn': stateMachineArn,
  'kms:EncryptionContextKeys': ['aws:states:stateMachineArn'],
  'kms:ViaService': `states.${twinRegion}.amazonaws.com`,
});

/** What a machine's role needs before an execution's data can be kept: none where the key is AWS's own. */
export const keepingData = ({
  arn,
  kmsKeyArn: resource,
}: Pick<StoredStateMachine, 'arn' | 'kmsKeyArn'>): AccessRequest[] =>
  resource === null
    ? []
    : ['kms:GenerateDataKey', 'kms:Decrypt'].map((action) => ({
        action,
        resource,
        conditionKeys: dataKeyConditions(arn),
      }));

/** Who reads an execution's data of a machine with a customer-managed key needs that key. */
export const readingData = (
  machines: Machines,
  input: Readonly<Record<string, unknown>>,
): AccessRequest[] => {
  // A map run's executions name their machine and the map's label.
  const named = String(input['stateMachineArn']).split('/')[0] ?? '';
  const arn = partsOfArn(named).machineArn ?? named;
  const key = machines.find(arn)?.kmsKeyArn ?? null;
  if (key === null || input['includedData'] === 'METADATA_ONLY') return [];
  return [
    {
      action: 'kms:Decrypt',
      resource: key,
      conditionKeys: dataKeyConditions(arn),
    },
  ];
};
