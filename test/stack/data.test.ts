import { describe, expect, it } from '@jest/globals';
import { flatten, type TemplatePolicy } from './policy-lines.ts';
import { synthesizeStepkey } from './stepkey-templates.ts';

const kept = synthesizeStepkey();
const passing = synthesizeStepkey({ 'stepkey:keepData': 'false' });

describe('the table', () => {
  it('is keyed, forgets, streams, restores and is encrypted as designed', () => {
    kept.broker.hasResourceProperties('AWS::DynamoDB::Table', {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'deleteAfterEpochSeconds', Enabled: true },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    });
  });
});

describe('the bucket', () => {
  it('is private, versioned and encrypted', () => {
    kept.broker.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
    });
  });

  it('refuses whoever comes without TLS and grants nothing, as every bucket does', () => {
    const policies = Object.values(kept.broker.findResources('AWS::S3::BucketPolicy')).map(
      (resource) => (resource['Properties'] as { PolicyDocument: TemplatePolicy }).PolicyDocument,
    );
    expect(policies).toHaveLength(Object.keys(kept.broker.findResources('AWS::S3::Bucket')).length);
    for (const policy of policies) {
      expect(policy.Statement).toHaveLength(1);
      expect(policy.Statement[0]).toMatchObject({
        Effect: 'Deny',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
    }
  });
});

describe('the copy of the ledger', () => {
  const bucketOf = (context: Record<string, unknown>) =>
    Object.values(synthesizeStepkey(context).broker.findResources('AWS::S3::Bucket'))
      .map((resource) => resource['Properties'] as Record<string, unknown>)
      .find((properties) => 'ObjectLockEnabled' in properties);
  const lock = (Mode: string, Days: number) => ({
    ObjectLockConfiguration: {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode, Days } },
    },
  });

  it('cannot be changed for a year, is private and lies under the deployment’s own key', () => {
    kept.broker.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: true,
      ...lock('GOVERNANCE', 365),
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } },
        ],
      },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    });
  });

  it('is held as long and as hard as the deployment says, or is not made at all', () => {
    expect(
      bucketOf({ 'stepkey:ledgerExportDays': '3650', 'stepkey:ledgerExportMode': 'compliance' }),
    ).toMatchObject(lock('COMPLIANCE', 3650));
    expect(bucketOf({ 'stepkey:ledgerExportDays': '0' })).toBeUndefined();
  });
});

describe('logs', () => {
  const retentionsOf = (template: typeof kept.broker) =>
    Object.values(template.findResources('AWS::Logs::LogGroup')).map(
      (resource) => (resource['Properties'] as { RetentionInDays?: number }).RetentionInDays,
    );

  it('are each kept for a year, or for as long as the deployment says', () => {
    expect(new Set(retentionsOf(kept.broker))).toEqual(new Set([365]));
    const { broker } = synthesizeStepkey({ 'stepkey:logRetentionDays': '90' });
    expect(new Set(retentionsOf(broker))).toEqual(new Set([90]));
  });

  it('are not kept for a number of days that CloudWatch does not take', () => {
    expect(() => synthesizeStepkey({ 'stepkey:logRetentionDays': '100' })).toThrow(
      /logRetentionDays/,
    );
  });
});

describe('the keys', () => {
  const keys = Object.entries(kept.broker.findResources('AWS::KMS::Key')).map(
    ([logicalId, resource]) => [logicalId, resource['Properties']] as const,
  );
  const principalsOf = (name: string) => {
    const [, properties] = keys.find(([logicalId]) => logicalId.includes(name)) ?? [];
    const { KeyPolicy } = properties as { KeyPolicy: TemplatePolicy };
    return KeyPolicy.Statement.map(({ Principal }) =>
      Object.values(Principal as object)
        .map(flatten)
        .join(),
    );
  };

  it('rotate', () => {
    expect(keys).toHaveLength(2);
    kept.broker.allResourcesProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  });

  it('are used through the account’s IAM, the sealing key by no service at all', () => {
    const account = 'arn:<AWS::Partition>:iam::<AWS::AccountId>:root';
    expect(principalsOf('Sealing')).toEqual([account]);
    expect(principalsOf('Data')).toEqual([
      account,
      'logs.<AWS::Region>.amazonaws.com',
      'delivery.logs.amazonaws.com',
    ]);
  });
});

describe('what outlives the stacks', () => {
  const policiesOf = (template: typeof kept.broker, type: string) =>
    Object.values(template.findResources(type)).map(
      (resource) => (resource as { DeletionPolicy?: string }).DeletionPolicy,
    );

  it.each(['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::S3::Bucket', 'AWS::Logs::LogGroup'])(
    '%s is kept by default and goes where the deployment says so',
    (type) => {
      expect(new Set(policiesOf(kept.broker, type))).toEqual(new Set(['Retain']));
      expect(new Set(policiesOf(passing.broker, type))).toEqual(new Set(['Delete']));
    },
  );

  it('table and user pool are protected exactly when they are kept', () => {
    kept.broker.hasResourceProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: true });
    passing.broker.hasResourceProperties('AWS::DynamoDB::Table', {
      DeletionProtectionEnabled: false,
    });
    kept.identity.hasResourceProperties('AWS::Cognito::UserPool', { DeletionProtection: 'ACTIVE' });
    passing.identity.hasResourceProperties('AWS::Cognito::UserPool', {
      DeletionProtection: 'INACTIVE',
    });
  });
});
