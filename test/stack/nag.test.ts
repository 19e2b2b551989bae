import { Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from '@jest/globals';
import { flatten, type TemplatePolicy } from './policy-lines.ts';
import { createApp, synthesizeStepkey } from './stepkey-templates.ts';

const { app, identity, broker, audit } = synthesizeStepkey();

interface AcknowledgedRule {
  readonly rule: string;
  readonly reason: unknown;
}

const acknowledged = (): readonly AcknowledgedRule[] =>
  app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, unknown>))
      .map(([rule, reason]) => ({ rule, reason })),
  );

describe('cdk-nag’s rules', () => {
  it.each([
    ['AWS Solutions', new AwsSolutionsChecks()],
    ['Serverless', new ServerlessChecks()],
  ])('%s find nothing in the stacks that was not acknowledged', (_, checks) => {
    expect(checks.validateScope(app).violations).toEqual([]);
  });

  it('are applied: an open bucket is found', () => {
    const other = createApp();
    new Bucket(new Stack(other, 'Other'), 'Open');
    const { violations } = new AwsSolutionsChecks().validateScope(other);
    expect(violations.map(({ ruleName }) => ruleName)).toContain('AwsSolutions-S10');
  });

  it('are acknowledged one by one, each with a sentence', () => {
    expect(acknowledged().length).toBeGreaterThan(0);
    for (const { rule, reason } of acknowledged()) {
      expect(rule).toMatch(/AwsSolutions-[A-Z]+\d+(\[.+\])?$|Serverless-\w+$/);
      expect(JSON.stringify(reason)).toMatch(/[A-Z].{20,}\./);
    }
  });
});

describe('what is kept at rest', () => {
  /** SECURITY.md says why. */
  const underServices = ['Files'];
  /** Where each kind of resource says under which key it lies. */
  const keyIn: Readonly<Record<string, (properties: Record<string, unknown>) => unknown>> = {
    'AWS::DynamoDB::Table': ({ SSESpecification }) =>
      (SSESpecification as { KMSMasterKeyId: unknown }).KMSMasterKeyId,
    'AWS::Logs::LogGroup': ({ KmsKeyId }) => KmsKeyId,
    'AWS::StepFunctions::StateMachine': ({ EncryptionConfiguration }) =>
      (EncryptionConfiguration as { KmsKeyId: unknown }).KmsKeyId,
    'AWS::SQS::Queue': ({ KmsMasterKeyId }) => KmsMasterKeyId,
    'AWS::S3::Bucket': ({ BucketEncryption }) =>
      (
        BucketEncryption as {
          ServerSideEncryptionConfiguration: {
            ServerSideEncryptionByDefault: { KMSMasterKeyID: unknown };
          }[];
        }
      ).ServerSideEncryptionConfiguration[0]?.ServerSideEncryptionByDefault.KMSMasterKeyID,
  };

  it.each(Object.entries(keyIn))('lies under the deployment’s own keys: %s', (type, keyOf) => {
    const found = Object.entries(broker.findResources(type)).filter(
      ([id]) => !underServices.some((name) => id.startsWith(name)),
    ) as [string, { Properties: Record<string, unknown> }][];
    expect(found.length).toBeGreaterThan(0);
    for (const [, { Properties }] of found)
      expect(flatten(keyOf(Properties))).toMatch(/^<BrokerKeys/);
  });

  it('lies under a service’s own key where SECURITY.md says so', () => {
    const buckets = Object.keys(broker.findResources('AWS::S3::Bucket'));
    for (const name of underServices) expect(buckets.some((id) => id.startsWith(name))).toBe(true);
  });
});

describe('a right that is not narrowed to resources', () => {
  /** AWS knows none for them: X-Ray, log delivery. */
  const calls = [
    ...['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    ...[
      'CreateLogDelivery',
      'DeleteLogDelivery',
      'DescribeLogGroups',
      'DescribeResourcePolicies',
    ].map((call) => `logs:${call}`),
    ...['GetLogDelivery', 'ListLogDeliveries', 'PutResourcePolicy', 'UpdateLogDelivery'].map(
      (call) => `logs:${call}`,
    ),
  ];

  it('is one of these calls, in every role of every stack', () => {
    const roles = [identity, broker, audit].flatMap((template) =>
      Object.values(template.findResources('AWS::IAM::Role')),
    ) as { Properties: { Policies?: { PolicyDocument: TemplatePolicy }[] } }[];
    const everywhere = roles
      .flatMap(({ Properties: { Policies = [] } }) => Policies)
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Effect, Resource }) => Effect === 'Allow' && [Resource].flat().includes('*'))
      .flatMap(({ Action }) => [Action].flat());
    expect([...new Set(everywhere)].sort()).toEqual(calls.sort());
  });

  it('is in roles only, which have no policies beside their own', () => {
    for (const template of [identity, broker, audit])
      template.resourceCountIs('AWS::IAM::Policy', 0);
  });
});
