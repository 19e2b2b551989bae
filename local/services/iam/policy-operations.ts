/** Managed policies and their versions. */
import type { Clock } from '../../../core/ports.ts';
import type { Operation } from '../../aws.ts';
import {
  managedPolicyLimitCharacters,
  mostPolicyVersions,
  policySize,
  versionOf,
  withoutVersion,
  withVersion,
} from '../../iam/managed-policies.ts';
import type { ManagedPolicy, PolicyVersion } from '../../iam/managed-policies.ts';
import type { IamStore } from '../../iam/roles.ts';
import { deleteConflict, limitExceeded, noSuchEntity } from './errors.ts';
import {
  encodedDocument,
  flag,
  pageOf,
  policyArn,
  policyDocument,
  versionId,
} from './parameters.ts';
import type { Input } from './parameters.ts';

const shownVersion = (policy: ManagedPolicy, version: PolicyVersion): Record<string, unknown> => ({
  VersionId: version.id,
  IsDefaultVersion: version.id === policy.defaultVersionId,
  CreateDate: new Date(version.createdAtEpochMillis),
});

export const policyOperations = ({
  iam,
  clock,
}: {
  readonly iam: IamStore;
  readonly clock: Clock;
}): Readonly<Record<string, Operation>> => {
  const policyOf = (input: Input): ManagedPolicy => {
    const arn = policyArn(input);
    const policy = iam.getManagedPolicy(arn);
    if (policy === undefined) throw noSuchEntity(`Policy ${arn} was not found.`);
    return policy;
  };
  const versionIn = (policy: ManagedPolicy, id: string): PolicyVersion => {
    const version = versionOf(policy, id);
    if (version !== undefined) return version;
    throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  };
  const onPolicy = (
    operation: string,
    run: (input: Input) => Promise<Record<string, unknown>> | Record<string, unknown>,
  ): Readonly<Record<string, Operation>> => ({
    [operation]: {
      authorize: (input) => [{ action: `iam:${operation}`, resource: policyArn(input) }],
      run: async (input) => run(input),
    },
  });

  return {
    ...onPolicy('GetPolicy', (input) => {
      const policy = policyOf(input);
      const { roleNames, boundaryOf } = iam.usesOf(policy.arn);
      return {
        Policy: {
          PolicyName: policy.name,
          PolicyId: policy.policyId,
          Arn: policy.arn,
          Path: policy.path,
          DefaultVersionId: policy.defaultVersionId,
          AttachmentCount: roleNames.length,
          PermissionsBoundaryUsageCount: boundaryOf,
          IsAttachable: true,
          CreateDate: new Date(policy.createdAtEpochMillis),
          UpdateDate: new Date(policy.updatedAtEpochMillis),
          Tags: [],
        },
      };
    }),
    ...onPolicy('GetPolicyVersion', (input) => {
      const policy = policyOf(input);
      const version = versionIn(policy, versionId(input));
      return {
        PolicyVersion: {
          Document: encodedDocument(version.document),
          ...shownVersion(policy, version),
        },
      };
    }),
    ...onPolicy('ListPolicyVersions', (input) => {
      const policy = policyOf(input);
      const { items, more } = pageOf(input, [...policy.versions].reverse());
      return { Versions: items.map((version) => shownVersion(policy, version)), ...more };
    }),
    ...onPolicy('CreatePolicyVersion', async (input) => {
      const policy = policyOf(input);
      const document = policyDocument(input);
      if (policySize(document) > managedPolicyLimitCharacters)
        throw limitExceeded(
          `Cannot exceed quota for PolicySize: ${String(managedPolicyLimitCharacters)}`,
        );
      if (policy.versions.length >= mostPolicyVersions)
        throw limitExceeded(
          'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
        );
      const changed = withVersion(policy, document, {
        isDefault: flag(input, 'SetAsDefault'),
        atEpochMillis: clock.nowEpochMillis(),
      });
      await iam.putManagedPolicy(changed);
      const made = versionIn(changed, `v${String(changed.lastVersionNumber)}`);
      return { PolicyVersion: shownVersion(changed, made) };
    }),
    ...onPolicy('SetDefaultPolicyVersion', async (input) => {
      const policy = policyOf(input);
      const { id } = versionIn(policy, versionId(input));
      await iam.putManagedPolicy({
        ...policy,
        defaultVersionId: id,
        updatedAtEpochMillis: clock.nowEpochMillis(),
      });
      return {};
    }),
    ...onPolicy('DeletePolicyVersion', async (input) => {
      const policy = policyOf(input);
      const { id } = versionIn(policy, versionId(input));
      if (id === policy.defaultVersionId)
        throw deleteConflict('Cannot delete the default version of a policy.');
      await iam.putManagedPolicy(withoutVersion(policy, id));
      return {};
    }),
  };
};
