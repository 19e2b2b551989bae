import { describe, expect, it } from '@jest/globals';
import { deployStacks } from '../../../../local/deploy/deploy.ts';
import { iamHandlers } from '../../../../local/deploy/resources/iam.ts';
import type { Template } from '../../../../local/deploy/template.ts';
import { withVersion } from '../../../../local/iam/managed-policies.ts';
import type { PolicyDocument } from '../../../../local/iam/policy.ts';
import { createIamStore } from '../../../../local/iam/roles.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import { allow, deny, policy } from '../iam/principals-for-tests.ts';

const clock = { nowEpochMillis: () => 1_800_000_000_000 };
const policyArn = 'arn:aws:iam::123456789012:policy/stepkey/revocations';
const none = policy(allow('none:None'));
const denial = policy(deny('*'));

const template = (change: {
  managed?: PolicyDocument;
  trust?: PolicyDocument;
  inline?: Readonly<Record<string, PolicyDocument>>;
  hasPolicy?: boolean;
  attachedTo?: readonly string[];
}): Template => ({
  Resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'reader',
        AssumeRolePolicyDocument: change.trust ?? policy(),
        Policies: Object.entries(change.inline ?? { files: none }).map(
          ([PolicyName, document]) => ({
            PolicyName,
            PolicyDocument: document,
          }),
        ),
      },
    },
    Revocations: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        ManagedPolicyName: 'revocations',
        Path: '/stepkey/',
        PolicyDocument: change.managed ?? none,
        Roles: change.attachedTo ?? [{ Ref: 'Role' }],
      },
    },
    ...(change.hasPolicy === false
      ? {}
      : {
          Extra: {
            Type: 'AWS::IAM::Policy',
            Properties: { PolicyName: 'extra', PolicyDocument: none, Roles: [{ Ref: 'Role' }] },
          },
        }),
  },
});

const world = async () => {
  const store = memoryStore();
  const iam = await createIamStore(store);
  const deploy = (change: Parameters<typeof template>[0] = {}) =>
    deployStacks({
      templates: [{ stackName: 'Stack', template: template(change) }],
      handlers: iamHandlers(iam, clock),
      store,
      pseudoParameters: {},
    });
  const managed = () => {
    const found = iam.getManagedPolicy(policyArn);
    if (found === undefined) throw new TypeError('There is no such policy');
    return found;
  };
  const addVersion = (document: PolicyDocument) =>
    iam.putManagedPolicy(withVersion(managed(), document, { isDefault: true, atEpochMillis: 1 }));
  return { iam, deploy, managed, addVersion };
};

describe('deploying a managed policy again', () => {
  it('keeps the versions that were written at run time when the template says the same', async () => {
    const { iam, deploy, managed, addVersion } = await world();
    await deploy();
    await addVersion(denial);
    await deploy();
    expect(managed().defaultVersionId).toBe('v2');
    expect(iam.managedDocument(policyArn)).toEqual(denial);
  });

  it('writes a new default version when the template’s document has changed', async () => {
    const { iam, deploy, managed } = await world();
    await deploy();
    const { policyId } = managed();
    await deploy({ managed: denial });
    await deploy({ managed: denial });
    expect(iam.managedDocument(policyArn)).toEqual(denial);
    expect([managed().lastVersionNumber, managed().policyId]).toEqual([2, policyId]);
  });

  it('makes room by the oldest version that is not the default one', async () => {
    const { deploy, managed, addVersion } = await world();
    await deploy();
    for (let count = 0; count < 4; count += 1) await addVersion(denial);
    await deploy({ managed: policy(deny('s3:*')) });
    expect(managed().versions.map(({ id }) => id)).toEqual(['v2', 'v3', 'v4', 'v5', 'v6']);
  });

  it('does not attach again what was detached at run time', async () => {
    const { iam, deploy } = await world();
    await deploy();
    await iam.detachManagedPolicy('reader', policyArn);
    await deploy();
    expect(iam.roleNamed('reader')?.managedPolicyArns).toEqual([]);
  });

  it('detaches it from a role that the template no longer lists, and leaves its versions alone', async () => {
    const { iam, deploy, addVersion } = await world();
    await deploy();
    expect(iam.usesOf(policyArn)).toEqual({ roleNames: ['reader'], boundaryOf: 0 });
    await addVersion(denial);
    await deploy({ attachedTo: [] });
    expect(iam.usesOf(policyArn).roleNames).toEqual([]);
    expect(iam.managedDocument(policyArn)).toEqual(denial);
  });

  it('is refused above 6,144 characters', async () => {
    const { deploy } = await world();
    const large = policy({ ...allow('none:None'), Sid: 'x'.repeat(6_144) });
    await expect(deploy({ managed: large })).rejects.toThrow('IAM allows 6144');
  });
});

describe('deploying a role again', () => {
  it('keeps what was written at run time, also when something else of it changes', async () => {
    const { iam, deploy } = await world();
    await deploy();
    await iam.putRolePolicy('reader', 'AWSRevokeOlderSessions', denial);
    await deploy({ trust: policy(allow('sts:AssumeRole')) });
    const role = iam.roleNamed('reader');
    expect(role?.trustPolicy).toEqual(policy(allow('sts:AssumeRole')));
    expect(role?.inlinePolicies).toEqual({
      files: none,
      extra: none,
      AWSRevokeOlderSessions: denial,
    });
    expect(role?.managedPolicyArns).toEqual([policyArn]);
  });

  it('takes away what the template no longer has', async () => {
    const { iam, deploy } = await world();
    await deploy();
    await deploy({ inline: {}, hasPolicy: false });
    expect(iam.roleNamed('reader')?.inlinePolicies).toEqual({});
  });
});
