import { Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectLockRetention,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { LedgerExportSettings } from '../credential-broker-props.ts';
import { acknowledge, acknowledgeServerless, acknowledgeWildcards } from './acknowledge.ts';
import type { BrokerKeys } from './broker-keys.ts';
import type { FunctionFactory } from './function-factory.ts';
import { rowRight, tableKeyRight } from './rights.ts';

export interface LedgerExportProps {
  readonly settings: LedgerExportSettings;
  readonly factory: FunctionFactory;
  readonly keys: BrokerKeys;
  readonly table: Table;
  readonly removalPolicy: RemovalPolicy;
}

const everyMinutes = 5;
const prefix = 'ledger/*';

/** A bucket under Object Lock, and the function that copies there what the chains have grown by. */
export class LedgerExport extends Construct {
  readonly bucketName: string;

  constructor(scope: Construct, id: string, props: LedgerExportProps) {
    super(scope, id);
    const bucket = this.#createBucket(props);
    const archive = this.#createFunction(props, bucket);
    const rule = new Rule(this, 'Schedule', {
      description: 'Copies what the ledger has grown by to where nobody can change it',
      schedule: Schedule.rate(Duration.minutes(everyMinutes)),
    });
    rule.addTarget(
      new LambdaFunction(archive, {
        event: RuleTargetInput.fromObject({ task: 'archive' }),
        // The next run does what this one could not.
        retryAttempts: 0,
      }),
    );
    acknowledgeServerless(rule, 'The next run does what this one could not.', 'EventBusDLQ');
    this.bucketName = bucket.bucketName;
  }

  #createBucket({ settings, keys, removalPolicy }: LedgerExportProps): Bucket {
    const { mode, retention } = settings;
    const bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.KMS,
      encryptionKey: keys.data,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      // Object Lock holds versions.
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention:
        mode === 'compliance'
          ? ObjectLockRetention.compliance(retention)
          : ObjectLockRetention.governance(retention),
      removalPolicy,
    });
    acknowledge(
      bucket,
      'Nobody reads it but auditors, whose calls CloudTrail’s data events have; what is in it cannot be changed.',
      'S1',
    );
    return bucket;
  }

  #createFunction({ factory, keys, table }: LedgerExportProps, bucket: Bucket): IFunction {
    const archive = factory.create(this, 'archive', {
      description: 'Copies the ledger’s chains to the bucket under Object Lock; reads nothing back',
      timeout: Duration.seconds(120),
      needs: [],
      environment: { TABLE_NAME: table.tableName, BUCKET_NAME: bucket.bucketName },
      rights: [
        rowRight('ReadChains', table, ['Query'], ['LEDGER#*']),
        rowRight('KeepPlace', table, ['GetItem', 'PutItem'], ['WRITER#archive']),
        new PolicyStatement({
          sid: 'KeepSegments',
          actions: ['s3:PutObject'],
          resources: [bucket.arnForObjects(prefix)],
        }),
        new PolicyStatement({
          sid: 'EncryptSegments',
          actions: ['kms:GenerateDataKey'],
          resources: [keys.data.keyArn],
          conditions: {
            StringEquals: { 'kms:ViaService': `s3.${Stack.of(this).region}.amazonaws.com` },
          },
        }),
        tableKeyRight(keys.data),
      ],
    });
    acknowledgeWildcards(this, 'Objects below one prefix.', [bucket.arnForObjects(prefix)]);
    return archive;
  }
}
