import { describe, expect, it } from '@jest/globals';

import { evaluateAccess } from '../../../../local/iam/evaluate.ts';
import { newManagedPolicy } from '../../../../local/iam/managed-policies.ts';
import type { PolicyDocument } from '../../../../local/iam/policy.ts';
import { createIamStore } from '../../../../local/iam/roles.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import {
  allow,
  deny,
  policy,
  readerRole as role,
  roleArn,
  session,
} from './principals-for-tests.ts';

const managedArn = 'arn:aws:iam::123456789012:policy/narrow';
const managed = (document: PolicyDocument) =>
  newManagedPolicy(managedArn, document, role.createdAtEpochMillis);

describe('the store of roles', () => {
  it('gives a role’s inline and managed policies as they stand now', async () => {
    const iam = await createIamStore(memoryStore());
    await iam.putRole(role);
    await iam.putRolePolicy('reader', 'own', policy(allow('s3:GetObject')));
    await iam.putManagedPolicy(managed(policy(allow('s3:PutObject'))));
    await iam.attachManagedPolicy('reader', managedArn);
    const stored = iam.roleNamed('reader') ?? role;
    expect(iam.policiesOf(stored)).toEqual({
      identity: [policy(allow('s3:GetObject')), policy(allow('s3:PutObject'))],
      boundary: null,
    });
    await iam.deleteRolePolicy('reader', 'own');
    await iam.detachManagedPolicy('reader', managedArn);
    expect(iam.policiesOf(iam.getRole(roleArn) ?? role).identity).toEqual([]);
    await iam.deleteRole(roleArn);
    expect(iam.getRole(roleArn)).toBeUndefined();
  });

  it('reads a boundary that is gone as one that allows nothing', async () => {
    const iam = await createIamStore(memoryStore());
    const bounded = { ...role, permissionsBoundaryArn: managedArn };
    await iam.putManagedPolicy(managed(policy(allow('s3:*'))));
    expect(iam.policiesOf(bounded).boundary).toEqual(policy(allow('s3:*')));
    await iam.deleteManagedPolicy(managedArn);
    expect(iam.policiesOf(bounded).boundary).toEqual({ Version: '2012-10-17', Statement: [] });
  });

  it('has every change take effect at once, also where the policy before it was asked already', async () => {
    const iam = await createIamStore(memoryStore());
    await iam.putRole({ ...role, permissionsBoundaryArn: managedArn });
    const isAllowed = (): boolean => {
      const { identity, boundary } = iam.policiesOf(iam.getRole(roleArn) ?? role);
      const caller = session({ identityPolicies: identity, permissionsBoundary: boundary });
      return evaluateAccess(caller, { action: 's3:GetObject', resource: 'arn:aws:s3:::b/1' })
        .allowed;
    };
    const answers: boolean[] = [];
    for (const [own, boundary] of [
      ['s3:GetObject', 's3:*'],
      ['s3:PutObject', 's3:*'],
      ['s3:Get*', 's3:*'],
      ['s3:Get*', 'kms:*'],
      ['s3:Get*', '*'],
    ] as const) {
      await iam.putRolePolicy('reader', 'own', policy(allow(own)));
      await iam.putManagedPolicy(managed(policy(allow(boundary))));
      answers.push(isAllowed());
    }
    expect(answers).toEqual([true, false, true, false, true]);
    await iam.putRolePolicy('reader', 'last', policy(deny('*')));
    expect(isAllowed()).toBe(false);
    await iam.deleteRolePolicy('reader', 'last');
    expect(isAllowed()).toBe(true);
  });

  it('refuses a policy for a role that is not there', async () => {
    const iam = await createIamStore(memoryStore());
    await expect(iam.putRolePolicy('absent', 'own', policy())).rejects.toThrow(TypeError);
  });
});
