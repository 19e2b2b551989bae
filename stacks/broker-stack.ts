import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from './constructs/acknowledge.ts';
import { CredentialBroker } from './credential-broker.ts';
import type { DeploymentSettings } from './settings.ts';
import type { UserPoolSource } from './user-pool-source.ts';

export interface BrokerStackProps extends StackProps {
  readonly settings: DeploymentSettings;
  readonly userPools: readonly UserPoolSource[];
  readonly identityPoolId: string;
  readonly developerProvider: string;
  readonly grantsDirectory: string;
  readonly functionsDirectory: string;
  readonly stagingDirectory: string;
}

/** The broker, with the bucket whose prefixes its grants open. */
export class BrokerStack extends Stack {
  constructor(scope: Construct, id: string, props: BrokerStackProps) {
    super(scope, id, props);
    const {
      keepData,
      reconciliationMinutes,
      reconciledSubjectsPerRun,
      reconcilesGroups,
      ledgerExportDays,
      ledgerExportMode,
      logRetentionDays,
      machineTrialMinutes,
      ...settings
    } = props.settings;
    const removalPolicy = keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const bucket = new Bucket(this, 'Files', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      removalPolicy,
    });
    acknowledge(
      bucket,
      'Who read what is in CloudTrail’s data events, with the session’s principal tags; server access logs know neither.',
      'S1',
    );
    const broker = new CredentialBroker(this, 'Broker', {
      ...settings,
      reconciliation: {
        interval: Duration.minutes(reconciliationMinutes),
        subjectsPerRun: reconciledSubjectsPerRun,
        comparesGroups: reconcilesGroups,
      },
      userPools: props.userPools,
      identityPoolId: props.identityPoolId,
      developerProvider: props.developerProvider,
      grantsDirectory: props.grantsDirectory,
      functionsDirectory: props.functionsDirectory,
      stagingDirectory: props.stagingDirectory,
      templateValues: { bucket: bucket.bucketName },
      batchBucket: bucket,
      ledgerExport:
        ledgerExportDays === 0
          ? null
          : { retention: Duration.days(ledgerExportDays), mode: ledgerExportMode },
      logRetention: logRetentionDays,
      machineTrialDuration: Duration.minutes(machineTrialMinutes),
      removalPolicy,
    });
    new CfnOutput(this, 'ApiUrl', { value: broker.apiUrl });
    new CfnOutput(this, 'TableName', { value: broker.tableName });
    new CfnOutput(this, 'EventBusArn', { value: broker.eventBusArn });
    new CfnOutput(this, 'BucketName', { value: bucket.bucketName });
    new CfnOutput(this, 'IssueCredentialsArn', { value: broker.issueCredentialsArn });
    new CfnOutput(this, 'RevokeArn', { value: broker.revokeArn });
    new CfnOutput(this, 'DenyPolicyArn', { value: broker.denyPolicyArn });
    new CfnOutput(this, 'DenyPolicyWriterArn', { value: broker.denyPolicyWriterArn });
    if (broker.ledgerBucketName !== null) {
      new CfnOutput(this, 'LedgerBucketName', { value: broker.ledgerBucketName });
    }
    new CfnOutput(this, 'DeploymentName', { value: settings.deploymentName });
    new CfnOutput(this, 'IssueBatchArn', { value: broker.issueBatchArn });
  }
}
