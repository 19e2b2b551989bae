/** The AWS services of a deployment, with the rights of whoever runs the doctor. */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CognitoIdentityClient } from '@aws-sdk/client-cognito-identity';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import type { Deployed } from './deployed.ts';

const settingsOf = ({ region, endpoint, administrator }: Deployed) => ({
  region,
  maxAttempts: 3,
  ...(endpoint === null ? {} : { endpoint, disableHostPrefix: true }),
  ...(administrator === null ? {} : { credentials: administrator }),
});

export const awsOf = (deployed: Deployed) => {
  const settings = settingsOf(deployed);
  return {
    cognitoIdentity: new CognitoIdentityClient(settings),
    cognitoIdp: new CognitoIdentityProviderClient(settings),
    dynamoDb: new DynamoDBClient(settings),
    events: new EventBridgeClient(settings),
    iam: new IAMClient(settings),
    kms: new KMSClient(settings),
    logs: new CloudWatchLogsClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: deployed.endpoint !== null }),
    sqs: new SQSClient(settings),
    states: new SFNClient(settings),
    sts: new STSClient(settings),
  };
};

export type Aws = ReturnType<typeof awsOf>;
