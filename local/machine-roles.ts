/** Whether Step Functions may act with a machine's role: trust policies name the machine that they are for. */
import { AwsError } from './aws.ts';
import { evaluateTrust } from './iam/evaluate.ts';
import type { IamStore } from './iam/roles.ts';
import { twinAccountId } from './identity.ts';
import type { StatesService } from './services/states/service.ts';

export interface MachineRoles {
  /** The service, noting which machine each role is given to. */
  readonly noting: (states: StatesService) => StatesService;
  /** @throws AwsError AccessDenied when there is no such role, or it does not trust Step Functions for its machine */
  readonly requireTrust: (roleArn: string) => void;
}

export const createMachineRoles = (iam: IamStore, log: (line: string) => void): MachineRoles => {
  const machineOf = new Map<string, string>();
  return {
    noting: (states) => ({
      ...states,
      putStateMachine: async (settings) => {
        const made = await states.putStateMachine(settings);
        machineOf.set(settings.roleArn, made.stateMachineArn);
        return made;
      },
    }),
    requireTrust: (roleArn) => {
      const role = iam.getRole(roleArn);
      const machineArn = machineOf.get(roleArn);
      const verdict =
        role === undefined
          ? undefined
          : evaluateTrust(role.trustPolicy, {
              action: 'sts:AssumeRole',
              service: 'states.amazonaws.com',
              conditionKeys: {
                'aws:SourceAccount': twinAccountId,
                ...(machineArn === undefined ? {} : { 'aws:SourceArn': machineArn }),
              },
            });
      if (verdict?.allowed === true) return;
      log(
        `denied sts:AssumeRole on ${roleArn} for states.amazonaws.com: ${verdict?.reason ?? 'no such role'}`,
      );
      throw new AwsError(
        'AccessDenied',
        'states.amazonaws.com is not authorized to assume the role.',
        {
          statusCode: 403,
        },
      );
    },
  };
};
