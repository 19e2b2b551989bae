import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { listIndexes } from '../../../../core/ledger/list-indexes.ts';
import { liveIndex } from '../../../../core/revocations/live-index.ts';
import type { Finding } from '../finding.ts';
import type { Aws } from './aws.ts';
import type { Deployed } from './deployed.ts';
import { look, orNull } from './look.ts';

const expiryAttribute = 'deleteAfterEpochSeconds';
const indexes = [...Object.values(listIndexes).map(({ index }) => index), liveIndex.name];

const missing = (table: string) => ({ said: '', faults: [`there is no table ${table}`] });

export const checkTable = (aws: Aws, { table }: Deployed): Promise<Finding>[] => [
  look('table', async () => {
    const found = await orNull(aws.dynamoDb.send(new DescribeTableCommand({ TableName: table })));
    if (found?.Table === undefined) return missing(table);
    const { TableStatus, KeySchema, StreamSpecification, SSEDescription, GlobalSecondaryIndexes } =
      found.Table;
    const active = new Set(
      GlobalSecondaryIndexes?.flatMap(({ IndexName, IndexStatus }) =>
        IndexStatus === 'ACTIVE' ? [IndexName] : [],
      ),
    );
    const keys = KeySchema?.map(({ AttributeName }) => AttributeName).join(', ');
    return {
      said: `${table} is active, encrypted with the deployment's key, and has its stream and ${String(indexes.length)} indexes`,
      faults: [
        ...(TableStatus === 'ACTIVE' ? [] : [`${table} is ${TableStatus ?? 'in no state'}`]),
        ...(keys === 'pk, sk' ? [] : [`its keys are ${keys ?? 'missing'}, not pk, sk`]),
        ...(StreamSpecification?.StreamViewType === 'NEW_AND_OLD_IMAGES'
          ? []
          : ['it has no stream with both images: the ledger hears of nothing']),
        ...(SSEDescription?.SSEType === 'KMS'
          ? []
          : ["it is not encrypted with the deployment's key"]),
        ...indexes.filter((name) => !active.has(name)).map((name) => `it has no index ${name}`),
      ],
    };
  }),
  look('table-recovery', async () => {
    const found = await orNull(
      aws.dynamoDb.send(new DescribeContinuousBackupsCommand({ TableName: table })),
    );
    const status =
      found?.ContinuousBackupsDescription?.PointInTimeRecoveryDescription
        ?.PointInTimeRecoveryStatus;
    return {
      said: 'point-in-time recovery is on',
      faults:
        status === 'ENABLED' ? [] : ['point-in-time recovery is off: nothing could be restored'],
    };
  }),
  look('table-expiry', async () => {
    const found = await orNull(
      aws.dynamoDb.send(new DescribeTimeToLiveCommand({ TableName: table })),
    );
    const { TimeToLiveStatus, AttributeName } = found?.TimeToLiveDescription ?? {};
    const isOn = TimeToLiveStatus === 'ENABLED' || TimeToLiveStatus === 'ENABLING';
    return {
      said: `rows go after ${expiryAttribute}`,
      faults:
        isOn && AttributeName === expiryAttribute
          ? []
          : [`time to live is not on for ${expiryAttribute}: rows that are over stay for ever`],
    };
  }),
];
