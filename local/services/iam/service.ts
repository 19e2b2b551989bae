/** The twin's IAM API. What it writes counts at the next call of every live session (on AWS after some seconds). */
import type { Clock } from '../../../core/ports.ts';
import type { Service } from '../../aws.ts';
import type { IamStore } from '../../iam/roles.ts';
import { policyOperations } from './policy-operations.ts';
import { roleOperations } from './role-operations.ts';

export const createIamService = (dependencies: {
  readonly iam: IamStore;
  readonly clock: Clock;
}): Service => ({
  name: 'iam',
  operations: {
    ...policyOperations(dependencies),
    ...roleOperations(dependencies.iam, dependencies.clock),
  },
});
