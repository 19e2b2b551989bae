/** What the deployment keeps besides its table: logs, events, and the copy of the ledger. */
import { paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeEventBusCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectLockConfigurationCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import type { Finding } from '../finding.ts';
import type { Aws } from './aws.ts';
import type { Deployed } from './deployed.ts';
import { look, orNull } from './look.ts';

/** Those without which something is not seen; a deployment may have more. */
const functions = ['api', 'decide', 'identity', 'exchange', 'revoke', 'publish', 'audit'];

export const checkLogs = (aws: Aws, { name, machines }: Deployed): Promise<Finding> =>
  look('logs', async () => {
    const expected = [
      ...functions.map((each) => `/aws/lambda/${name}-${each}`),
      ...Object.keys(machines).map((each) => `/aws/vendedlogs/states/${name}-${each}`),
    ];
    const faults: string[] = [];
    const found = new Set<string>();
    for (const logGroupNamePrefix of [`/aws/lambda/${name}-`, `/aws/vendedlogs/states/${name}-`]) {
      const pages = paginateDescribeLogGroups({ client: aws.logs }, { logGroupNamePrefix });
      for await (const { logGroups = [] } of pages) {
        for (const { logGroupName = '', retentionInDays, kmsKeyId } of logGroups) {
          found.add(logGroupName);
          if (retentionInDays === undefined) faults.push(`${logGroupName} is kept for ever`);
          if (kmsKeyId === undefined && expected.includes(logGroupName)) {
            faults.push(`${logGroupName} is not encrypted with the deployment's key`);
          }
        }
      }
    }
    const missing = expected.filter((each) => !found.has(each));
    return {
      said: `${String(found.size)} log groups, each with an end`,
      faults: [...missing.map((each) => `there is no log group ${each}`), ...faults],
    };
  });

export const checkEvents = (aws: Aws, { name }: Deployed): Promise<Finding>[] => [
  look('bus', async () => {
    const bus = await orNull(aws.events.send(new DescribeEventBusCommand({ Name: name })));
    return {
      said: `the bus ${name} is there`,
      faults: bus === null ? [`there is no bus ${name}`] : [],
    };
  }),
  look('failed-changes', async () => {
    const QueueName = `${name}-failed-changes`;
    const queue = await orNull(aws.sqs.send(new GetQueueUrlCommand({ QueueName })));
    if (queue === null) return { said: '', faults: [`there is no queue ${QueueName}`] };
    const AttributeNames = ['ApproximateNumberOfMessages' as const];
    const { Attributes } = await aws.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queue.QueueUrl, AttributeNames }),
    );
    const waiting = Number(Attributes?.ApproximateNumberOfMessages ?? Number.NaN);
    return {
      said: 'nothing waits in it',
      faults: waiting === 0 ? [] : [`the ledger does not have ${String(waiting)} changes`],
    };
  }),
];

export const checkLedgerCopy = (aws: Aws, { ledgerBucket, endpoint }: Deployed): Promise<Finding> =>
  look('ledger-copy', async () => {
    if (ledgerBucket === null) {
      return { said: 'this deployment keeps none (stepkey:ledgerExportDays is 0)', faults: [] };
    }
    const bucket = await orNull(aws.s3.send(new HeadBucketCommand({ Bucket: ledgerBucket })));
    if (bucket === null) return { said: '', faults: [`there is no bucket ${ledgerBucket}`] };
    // A twin has the bucket and no Object Lock, which docs/twin.md says.
    if (endpoint !== null)
      return { said: `${ledgerBucket} is there; a twin has no lock`, faults: [] };
    const { ObjectLockConfiguration: lock } = await aws.s3.send(
      new GetObjectLockConfigurationCommand({ Bucket: ledgerBucket }),
    );
    const rule = lock?.Rule?.DefaultRetention;
    return {
      said: `${ledgerBucket} locks what is in it for ${String(rule?.Days ?? rule?.Years ?? 0)} ${rule?.Days === undefined ? 'years' : 'days'} (${rule?.Mode ?? ''})`,
      faults:
        lock?.ObjectLockEnabled === 'Enabled' && rule !== undefined
          ? []
          : [`${ledgerBucket} does not lock what is written to it`],
    };
  });
