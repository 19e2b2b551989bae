import {
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListPolicyVersionsCommand,
  type IAMClient,
  type PolicyVersion,
} from '@aws-sdk/client-iam';

import type { DenyPolicyText } from '../core/revocations/ports.ts';
import { awsFailure, incompleteAnswer } from './aws-failures.ts';

/** IAM keeps five; the fifth is room for the next write. @see IAM User Guide, Versioning IAM policies */
const mostVersionsBeforeWriting = 4;

const createdAt = ({ CreateDate }: PolicyVersion): number => CreateDate?.getTime() ?? 0;

/** `v12` → 12: two versions may have been made in the same second. */
const numberOf = ({ VersionId = '' }: PolicyVersion): number => Number(VersionId.slice(1));

/** One customer managed policy, of which the function's role may write no other. */
export const iamDenyPolicyText = (options: {
  readonly client: IAMClient;
  readonly policyArn: string;
}): DenyPolicyText => {
  const { client, policyArn: PolicyArn } = options;

  const makeRoom = async (): Promise<void> => {
    const { Versions = [] } = await client.send(new ListPolicyVersionsCommand({ PolicyArn }));
    const spare = Versions.filter(({ IsDefaultVersion }) => IsDefaultVersion !== true).sort(
      (one, other) => createdAt(one) - createdAt(other) || numberOf(one) - numberOf(other),
    );
    const surplus = spare.slice(0, Math.max(0, Versions.length - mostVersionsBeforeWriting));
    for (const { VersionId } of surplus) {
      await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    }
  };

  return {
    read: async () => {
      try {
        const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn }));
        const { PolicyVersion } = await client.send(
          new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }),
        );
        if (PolicyVersion?.Document === undefined) throw incompleteAnswer('GetPolicyVersion');
        return decodeURIComponent(PolicyVersion.Document);
      } catch (error) {
        throw awsFailure(error);
      }
    },
    write: async (text) => {
      try {
        await makeRoom();
        await client.send(
          new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: text, SetAsDefault: true }),
        );
      } catch (error) {
        throw awsFailure(error, {
          // The list of versions may lag behind: the next attempt sees it.
          LimitExceededException: 'Upstream.Throttled',
          NoSuchEntityException: 'Upstream.Misconfigured',
        });
      }
    },
  };
};
