/** `npx cdk deploy --all`: a broker in an app of your own, with pools, bucket and names of your own. */
import { join } from 'node:path';
import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { BrokerWatch, CredentialBroker } from 'stepkey/cdk';
import { PeopleStack } from './people.ts';

const spaUrl = 'http://localhost:5173/';
const app = new App();
const people = new PeopleStack(app, 'AcmePeople', { spaUrl });
const stack = new Stack(app, 'AcmeBroker');
const bucket = new Bucket(stack, 'Files', {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  removalPolicy: RemovalPolicy.DESTROY,
});
const broker = new CredentialBroker(stack, 'Broker', {
  deploymentName: 'acme',
  userPools: [
    {
      alias: 'staff',
      userPool: people.userPool,
      clients: Object.fromEntries(
        Object.entries(people.clients).map(([name, client]) => [name, client.userPoolClientId]),
      ),
    },
  ],
  grantsDirectory: join(import.meta.dirname, 'grants'),
  templateValues: { bucket: bucket.bucketName },
  corsOrigins: [new URL(spaUrl).origin],
  // An example leaves nothing behind. In earnest, leave this out: table, keys and logs are kept.
  removalPolicy: RemovalPolicy.DESTROY,
});
new BrokerWatch(stack, 'Watch', {
  deploymentName: 'acme',
  developerIdentityCallsPerSecond: 50,
  deniedPerFiveMinutes: 100,
  runbookUrl: 'https://wiki.example/stepkey-runbook',
  alarmTopicArn: null,
});
new CfnOutput(stack, 'ApiUrl', { value: broker.apiUrl });
new CfnOutput(stack, 'BucketName', { value: bucket.bucketName });
app.synth();
