/** What a deployment is made of, looked at with the operator's own rights; nothing is changed. */
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Finding } from '../finding.ts';
import { awsOf, type Aws } from './aws.ts';
import type { Deployed } from './deployed.ts';
import { checkEvents, checkLedgerCopy, checkLogs } from './keeping.ts';
import { checkKeys } from './keys.ts';
import { checkMachines } from './machines.ts';
import { checkIdentityPool, checkUserPool } from './pools.ts';
import { checkRoles } from './roles.ts';
import { checkTable } from './table.ts';

const checkCaller = async (aws: Aws, { accountId }: Deployed): Promise<Finding> => {
  const check = 'aws-credentials';
  try {
    const { Account, Arn } = await aws.sts.send(new GetCallerIdentityCommand({}));
    return Account === accountId
      ? { check, level: 'ok', message: `${Arn ?? ''}, in the deployment's account` }
      : {
          check,
          level: 'fail',
          message: `they are of the account ${Account ?? '?'}, and the deployment is in ${accountId}`,
        };
  } catch (error) {
    const { name, message } = error as Error;
    return { check, level: 'fail', message: `AWS does not take them: ${name}: ${message}` };
  }
};

/** @param decidedRoleArn the role that the broker would give this login; null where it would give none */
export const checkDeployment = async function* (
  deployed: Deployed,
  decidedRoleArn: string | null,
): AsyncGenerator<Finding> {
  const aws = awsOf(deployed);
  const caller = await checkCaller(aws, deployed);
  yield caller;
  // All others would fail by the same.
  if (caller.level === 'fail') return;
  const findings = [
    ...checkUserPool(aws, deployed),
    checkIdentityPool(aws, deployed),
    ...checkTable(aws, deployed),
    checkKeys(aws, deployed),
    ...checkMachines(aws, deployed),
    ...checkRoles(aws, deployed, decidedRoleArn),
    checkLogs(aws, deployed),
    ...checkEvents(aws, deployed),
    checkLedgerCopy(aws, deployed),
  ];
  for (const finding of findings) yield await finding;
};
