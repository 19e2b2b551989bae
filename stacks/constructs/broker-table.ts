import type { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import {
  listedAttributes,
  listIndexes,
  listSortAttribute,
} from '../../core/ledger/list-indexes.ts';
import { liveIndex } from '../../core/revocations/live-index.ts';

/** One table for subjects, cache entries, revocations, the quota and the ledger: a subject and its entries share a partition. */
export const createBrokerTable = (
  scope: Construct,
  id: string,
  props: {
    readonly dataKey: IKey;
    readonly removalPolicy: RemovalPolicy;
    readonly deletionProtection: boolean;
  },
): Table => {
  const table = new Table(scope, id, {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: 'deleteAfterEpochSeconds',
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    encryption: TableEncryption.CUSTOMER_MANAGED,
    encryptionKey: props.dataKey,
    removalPolicy: props.removalPolicy,
    deletionProtection: props.deletionProtection,
  });
  for (const { index, attribute } of Object.values(listIndexes)) {
    table.addGlobalSecondaryIndex({
      indexName: index,
      partitionKey: { name: attribute, type: AttributeType.STRING },
      sortKey: { name: listSortAttribute, type: AttributeType.STRING },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...listedAttributes],
    });
  }
  // Sorted by a number, so that those that have ended are left out by the key.
  table.addGlobalSecondaryIndex({
    indexName: liveIndex.name,
    partitionKey: { name: liveIndex.attribute, type: AttributeType.STRING },
    sortKey: { name: liveIndex.sortAttribute, type: AttributeType.NUMBER },
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: [...liveIndex.keptAttributes],
  });
  return table;
};
