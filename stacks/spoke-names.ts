import { iamPath } from './constructs/mapped-roles.ts';

/** The policy that denies what was revoked in one other account, and the role there that may write it. */
export interface SpokeDenyPolicy {
  readonly policyArn: string;
  readonly writerRoleArn: string;
}

/** Both ends know the deployment's name only, so that neither has to be deployed first. */
export const spokeDenyPolicyName = (deploymentName: string): string =>
  `${deploymentName}-revocations`;
export const spokeWriterRoleName = (deploymentName: string): string => `${deploymentName}-revoker`;

export const spokeDenyPolicy = (place: {
  readonly partition: string;
  readonly account: string;
  readonly deploymentName: string;
}): SpokeDenyPolicy => {
  if (!/^\d{12}$/.test(place.account)) {
    throw new Error(`spokeAccounts: ${place.account} is no account id of 12 digits.`);
  }
  const prefix = `arn:${place.partition}:iam::${place.account}`;
  return {
    policyArn: `${prefix}:policy${iamPath}${spokeDenyPolicyName(place.deploymentName)}`,
    writerRoleArn: `${prefix}:role${iamPath}${spokeWriterRoleName(place.deploymentName)}`,
  };
};
