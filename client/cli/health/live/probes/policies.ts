import { ListPolicyVersionsCommand } from '@aws-sdk/client-iam';
import type { Probe } from '../proof.ts';

/** Reads only: nobody but the function `revoke` writes that policy. */
export const newestVersionFirst: Probe = async ({ aws, deployed }) => {
  const { partition, accountId, name } = deployed;
  const { Versions = [] } = await aws.iam.send(
    new ListPolicyVersionsCommand({
      PolicyArn: `arn:${partition}:iam::${accountId}:policy/stepkey/${name}-revocations`,
    }),
  );
  const numbers = Versions.map(({ VersionId = '' }) => Number(VersionId.slice(1)));
  const inOrder = numbers.every((number, at) => at === 0 || number < (numbers[at - 1] ?? 0));
  return numbers.length < 2
    ? { shown: false, saw: 'one version only: revoke somebody made for it, and run it again' }
    : { shown: inOrder, saw: Versions.map(({ VersionId }) => VersionId).join(', ') };
};
