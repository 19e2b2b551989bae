import { GetRoleCommand } from '@aws-sdk/client-iam';
import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import type { Finding } from '../finding.ts';
import type { Aws } from './aws.ts';
import type { Deployed } from './deployed.ts';
import { look, orNull } from './look.ts';
import { statementsOf } from './trust.ts';

const describe = (aws: Aws, stateMachineArn: string) =>
  orNull(aws.states.send(new DescribeStateMachineCommand({ stateMachineArn })));

export const checkMachines = (aws: Aws, { machines }: Deployed): Promise<Finding>[] => [
  look('machines', async () => {
    const faults: string[] = [];
    for (const [name, arn] of Object.entries(machines)) {
      const found = await describe(aws, arn);
      if (found === null) {
        faults.push(`there is no machine ${name}`);
        continue;
      }
      if ((await describe(aws, `${arn}:live`)) === null) {
        faults.push(`${name} has no alias live, by which it is started`);
      }
      const { status, loggingConfiguration: logging, encryptionConfiguration: sealed } = found;
      if (status !== 'ACTIVE') faults.push(`${name} is ${status ?? 'in no state'}`);
      if (logging?.level !== 'ALL' || logging.includeExecutionData !== true) {
        faults.push(`${name} does not log every step: auditors do not see it`);
      }
      if (sealed?.type !== 'CUSTOMER_MANAGED_KMS_KEY') {
        faults.push(`${name} does not encrypt its executions with the deployment's key`);
      }
    }
    return { said: `${Object.keys(machines).join(', ')} are active and log every step`, faults };
  }),
  look('machine-roles', async () => {
    const faults: string[] = [];
    for (const [name, arn] of Object.entries(machines)) {
      const RoleName = (await describe(aws, arn))?.roleArn?.split('/').at(-1);
      if (RoleName === undefined) continue;
      const found = await orNull(aws.iam.send(new GetRoleCommand({ RoleName })));
      const trusts = statementsOf(found?.Role?.AssumeRolePolicyDocument).some(
        ({ Effect, Principal }) =>
          Effect === 'Allow' && Principal?.['Service']?.includes('states.amazonaws.com') === true,
      );
      if (found === null) faults.push(`${name} runs as ${RoleName}, which is gone`);
      else if (!trusts)
        faults.push(`${RoleName} does not trust Step Functions: ${name} cannot run`);
    }
    return { said: 'Step Functions may take each of them', faults };
  }),
];
