import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';
import {
  BrokerMachine,
  executionKeyRight,
  liveArnOf,
  stateMachineArnOf,
} from './broker-machine.ts';
import type { BrokerKeys } from './broker-keys.ts';
import type { FunctionFactory } from './function-factory.ts';
import { issueBatchRights, type BatchTaskRight } from './issue-batch-rights.ts';
import { rowRight, sealRight, tableKeyRight } from './rights.ts';

export interface BatchesProps {
  readonly deploymentName: string;
  readonly factory: FunctionFactory;
  readonly keys: BrokerKeys;
  readonly table: Table;
  /** Manifests and reports are below `batches/<client>/`. */
  readonly bucket: IBucket | Bucket;
  readonly issueCredentials: Pick<BrokerMachine, 'stateMachineArn' | 'liveArn'>;
  /** How many subjects are under way at a time. */
  readonly maxConcurrency: number;
  readonly warrantDuration: Duration;
  readonly trialDuration: Duration;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

const machineName = 'issue-batch';
const batchRows = ['BATCH#*'];

/** The API of batches, and the Standard machine that runs them. */
export class Batches extends Construct {
  readonly handler: IFunction;
  readonly stateMachineArn: string;

  constructor(scope: Construct, id: string, props: BatchesProps) {
    super(scope, id);
    // Function and machine name each other, so one of them does so before the other is there.
    const machineArn = stateMachineArnOf(this, `${props.deploymentName}-${machineName}`);
    this.handler = this.#createFunction(props, machineArn);
    const machine = this.#createMachine(props, machineArn);
    this.stateMachineArn = machine.stateMachineArn;
  }

  #createFunction(props: BatchesProps, machineArn: string): IFunction {
    const { keys, table } = props;
    const handler = props.factory.create(this, 'batches', {
      description:
        'Answers the API of batches; counts a batch before it begins and when it has ended',
      // The gateway waits 29 s; the tasks of the machine may read a long manifest.
      timeout: Duration.seconds(120),
      readsGrants: true,
      needs: ['USER_POOLS', 'CORS_ORIGINS'],
      environment: {
        SEALING_KEY_ARN: keys.sealing.keyArn,
        TABLE_NAME: table.tableName,
        BUCKET_NAME: props.bucket.bucketName,
        STATE_MACHINE_ARN: liveArnOf(machineArn),
        WARRANT_SECONDS: String(props.warrantDuration.toSeconds()),
      },
      rights: [
        sealRight(keys.sealing, 'warrant'),
        rowRight('KeepBatches', table, ['GetItem', 'PutItem', 'Query', 'UpdateItem'], batchRows),
        rowRight(
          'ReadRevocation',
          table,
          ['BatchGetItem'],
          ['SUBJECT#*', 'CLIENT#*', 'GRANT#*', 'EVERYTHING'],
        ),
        rowRight('RecordDenial', table, ['PartiQLInsert', 'GetItem'], ['DENIAL#*']),
        tableKeyRight(keys.data),
        new PolicyStatement({
          sid: 'ReadAndListSubjects',
          actions: ['s3:GetObject', 's3:PutObject'],
          resources: [props.bucket.arnForObjects('batches/*')],
        }),
        new PolicyStatement({
          sid: 'StartBatch',
          actions: ['states:StartExecution'],
          resources: [machineArn],
        }),
        new PolicyStatement({
          sid: 'FollowBatch',
          actions: ['states:DescribeExecution', 'states:StopExecution'],
          resources: [`${executionArnOf(machineArn)}:*`],
        }),
        executionKeyRight(keys.data, machineArn, ['kms:Decrypt']),
      ],
    });
    acknowledgeWildcards(this, 'Executions of this machine; objects below one prefix.', [
      `${executionArnOf(machineArn)}:*`,
      props.bucket.arnForObjects('batches/*'),
    ]);
    return handler;
  }

  #createMachine(props: BatchesProps, machineArn: string): BrokerMachine {
    const { keys, table } = props;
    const statementOf = (sid: string, right: BatchTaskRight): PolicyStatement => {
      if ('dynamodb' in right) return rowRight(sid, table, [right.dynamodb], batchRows);
      return 'invoke' in right
        ? new PolicyStatement({
            sid,
            actions: ['lambda:InvokeFunction'],
            resources: [this.handler.functionArn],
          })
        : new PolicyStatement({
            sid,
            actions: ['states:StartSyncExecution'],
            resources: [props.issueCredentials.stateMachineArn],
          });
    };
    const machine = new BrokerMachine(this, 'Machine', {
      ...props,
      name: machineName,
      type: 'STANDARD',
      takenBackBy: ['batch-failed'],
      dataKey: keys.data,
      substitutions: {
        BatchesFunctionArn: this.handler.functionArn,
        IssueCredentialsArn: props.issueCredentials.liveArn,
        TableName: table.tableName,
        BucketName: props.bucket.bucketName,
        MaxConcurrency: String(props.maxConcurrency),
      },
      rights: [
        ...Object.entries(issueBatchRights).map(([sid, right]: [string, BatchTaskRight]) =>
          statementOf(sid, right),
        ),
        tableKeyRight(keys.data),
        executionKeyRight(keys.data, props.issueCredentials.stateMachineArn, ['kms:Decrypt']),
        new PolicyStatement({
          sid: 'ReadManifestWriteReport',
          actions: [
            's3:AbortMultipartUpload',
            's3:GetObject',
            's3:ListMultipartUploadParts',
            's3:PutObject',
          ],
          resources: [props.bucket.arnForObjects('batches/*')],
        }),
        // A distributed Map starts its children in its own machine's name.
        new PolicyStatement({
          sid: 'StartChildren',
          actions: ['states:StartExecution'],
          resources: [machineArn],
        }),
        new PolicyStatement({
          sid: 'FollowChildren',
          actions: ['states:DescribeExecution', 'states:StopExecution'],
          resources: [`${executionArnOf(machineArn)}:*`],
        }),
      ],
    });
    acknowledgeWildcards(this, 'Children of this machine; objects below one prefix.', [
      `${executionArnOf(machineArn)}:*`,
      props.bucket.arnForObjects('batches/*'),
    ]);
    return machine;
  }
}

const executionArnOf = (stateMachineArn: string): string =>
  stateMachineArn.replace(':stateMachine:', ':execution:');
