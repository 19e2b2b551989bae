import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  EventSourceMapping,
  FilterCriteria,
  type IFunction,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { listIndexes } from '../../core/ledger/list-indexes.ts';
import { acknowledge, acknowledgeServerless } from './acknowledge.ts';
import type { BrokerKeys } from './broker-keys.ts';
import type { FunctionFactory } from './function-factory.ts';
import { queueKeyRight, rowRight, tableKeyRight } from './rights.ts';

export interface LedgerProps {
  readonly deploymentName: string;
  readonly factory: FunctionFactory;
  readonly keys: BrokerKeys;
  readonly table: Table;
  /** The log of issue-credentials: where each execution's steps are. */
  readonly executionLog: ILogGroup;
  readonly removalPolicy: RemovalPolicy;
}

/** What of the stream the ledger is made of: cache entries, quotas and the chains themselves never reach the function. */
const keptRows = [
  { pk: { S: ['SESSION#', 'DENIAL#', 'REVOCATION#', 'BATCH#'].map((prefix) => ({ prefix })) } },
  { pk: { S: [{ prefix: 'SUBJECT#' }] }, sk: { S: ['SUBJECT'] } },
];

/** The consumer of the table's stream, which chains every change and tells the bus of it, and the function that auditors ask. */
export class Ledger extends Construct {
  readonly audit: IFunction;
  /** Answers operators who want events again. */
  readonly replay: IFunction;
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, props: LedgerProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: props.deploymentName,
      description: 'What the broker did, for whoever listens; nothing mints because of an event',
    });
    this.bus.applyRemovalPolicy(props.removalPolicy);
    const failed = this.#createFailedQueue(props);
    this.#consumeStream(props, failed);
    this.replay = this.#createReplay(props, failed);
    this.audit = this.#createAudit(props);
  }

  /** What could not be chained or told for an hour, whole; and what Lambda itself could not hand to the function. */
  #createFailedQueue({ deploymentName, keys, removalPolicy }: LedgerProps): Queue {
    const failed = new Queue(this, 'FailedChanges', {
      queueName: `${deploymentName}-failed-changes`,
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: keys.data,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy,
    });
    acknowledge(failed, 'It is the dead-letter queue.', 'SQS3');
    acknowledgeServerless(failed, 'It is the dead-letter queue.', 'SQSRedrivePolicy');
    return failed;
  }

  #consumeStream({ factory, keys, table }: LedgerProps, failed: Queue): void {
    const streamArn = table.tableStreamArn ?? '';
    const publish = factory.create(this, 'publish', {
      description: 'Chains what changed in the table, and tells the bus of it',
      timeout: Duration.seconds(60),
      needs: [],
      environment: {
        TABLE_NAME: table.tableName,
        EVENT_BUS_NAME: this.bus.eventBusName,
        FAILED_QUEUE_URL: failed.queueUrl,
      },
      rights: [
        new PolicyStatement({
          sid: 'ReadStream',
          actions: [
            'dynamodb:DescribeStream',
            'dynamodb:GetRecords',
            'dynamodb:GetShardIterator',
            'dynamodb:ListStreams',
          ],
          resources: [streamArn],
        }),
        rowRight('AppendToChain', table, ['PutItem', 'Query'], ['LEDGER#*']),
        rowRight('NoteRecords', table, ['PutItem', 'BatchGetItem', 'BatchWriteItem'], ['RECORD#*']),
        this.#tellRight(),
        new PolicyStatement({
          sid: 'KeepFailed',
          actions: ['sqs:SendMessage'],
          resources: [failed.queueArn],
        }),
        queueKeyRight(keys.data, 'sender'),
        tableKeyRight(keys.data),
      ],
    });
    new EventSourceMapping(this, 'Changes', {
      target: publish,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      // Before the stream forgets it, so that it is named in the queue.
      maxRecordAge: Duration.hours(22),
      filters: keptRows.map((Keys) => FilterCriteria.filter({ dynamodb: { Keys } })),
      onFailure: new SqsDlq(failed),
    });
  }

  #tellRight(): PolicyStatement {
    return new PolicyStatement({
      sid: 'TellBus',
      actions: ['events:PutEvents'],
      resources: [this.bus.eventBusArn],
      conditions: { StringEquals: { 'events:source': 'stepkey' } },
    });
  }

  /** May tell only what the ledger holds, and append only what the queue holds. */
  #createReplay({ factory, keys, table }: LedgerProps, failed: Queue): IFunction {
    return factory.create(this, 'replay', {
      description: 'Tells the bus again what the ledger holds, and what could not be told before',
      timeout: Duration.seconds(25),
      needs: ['USER_POOLS', 'CORS_ORIGINS'],
      environment: {
        TABLE_NAME: table.tableName,
        EVENT_BUS_NAME: this.bus.eventBusName,
        FAILED_QUEUE_URL: failed.queueUrl,
      },
      rights: [
        rowRight('ReadChains', table, ['Query'], ['LEDGER#*', 'RECORD#*']),
        rowRight('AppendToChain', table, ['PutItem'], ['LEDGER#*', 'RECORD#*']),
        this.#tellRight(),
        new PolicyStatement({
          sid: 'TakeFailed',
          actions: ['sqs:DeleteMessage', 'sqs:ReceiveMessage'],
          resources: [failed.queueArn],
        }),
        queueKeyRight(keys.data, 'receiver'),
        rowRight(
          'ReadCallersRevocation',
          table,
          ['BatchGetItem'],
          ['SUBJECT#*', 'CLIENT#*', 'GRANT#*', 'EVERYTHING'],
        ),
        rowRight('RecordDenial', table, ['PartiQLInsert', 'GetItem'], ['DENIAL#*']),
        tableKeyRight(keys.data),
      ],
    });
  }

  #createAudit({ factory, keys, table, executionLog }: LedgerProps): IFunction {
    return factory.create(this, 'audit', {
      description: 'Answers auditors; may write, seal and open nothing',
      timeout: Duration.seconds(25),
      readsGrants: true,
      needs: ['USER_POOLS', 'CORS_ORIGINS', 'MAPPED_ROLE_ARN_PREFIX', 'TEMPLATE_VALUES'],
      environment: {
        TABLE_NAME: table.tableName,
        EXECUTION_LOG_GROUP: executionLog.logGroupName,
      },
      rights: [
        new PolicyStatement({
          sid: 'ReadLists',
          actions: ['dynamodb:Query'],
          resources: Object.values(listIndexes).map(
            ({ index }) => `${table.tableArn}/index/${index}`,
          ),
        }),
        rowRight('ReadChains', table, ['Query'], ['LEDGER#*', 'RECORD#*']),
        rowRight('ReadRecords', table, ['BatchGetItem'], ['LEDGER#*', 'SESSION#*']),
        rowRight('ReadSubject', table, ['GetItem'], ['SUBJECT#*']),
        rowRight(
          'ReadCallersRevocation',
          table,
          ['BatchGetItem'],
          ['SUBJECT#*', 'CLIENT#*', 'GRANT#*', 'EVERYTHING'],
        ),
        new PolicyStatement({
          sid: 'ReadSteps',
          actions: ['logs:FilterLogEvents'],
          resources: [executionLog.logGroupArn],
        }),
        tableKeyRight(keys.data),
      ],
    });
  }
}
