import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as identity from '@aws-sdk/client-cognito-identity';
import * as identityProvider from '@aws-sdk/client-cognito-identity-provider';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as eventbridge from '@aws-sdk/client-eventbridge';
import * as kms from '@aws-sdk/client-kms';
import * as sfn from '@aws-sdk/client-sfn';
import { build } from 'esbuild';
import { leanLibraries } from '../../../tools/lambda/lean-libraries.ts';

interface Failing {
  send: (command: object) => Promise<unknown>;
}
type Library = Readonly<Record<string, unknown>>;
type Client = new (options: object) => Failing;
type Command = new (input: object) => object;

/** Each with a call that needs no input. */
const services = [
  {
    name: 'client-cloudwatch-logs',
    library: logs,
    client: 'CloudWatchLogsClient',
    command: 'DescribeLogGroupsCommand',
  },
  {
    name: 'client-cognito-identity',
    library: identity,
    client: 'CognitoIdentityClient',
    command: 'ListIdentityPoolsCommand',
  },
  {
    name: 'client-cognito-identity-provider',
    library: identityProvider,
    client: 'CognitoIdentityProviderClient',
    command: 'ListUserPoolsCommand',
  },
  {
    name: 'client-dynamodb',
    library: dynamodb,
    client: 'DynamoDBClient',
    command: 'ListTablesCommand',
  },
  {
    name: 'client-eventbridge',
    library: eventbridge,
    client: 'EventBridgeClient',
    command: 'ListEventBusesCommand',
  },
  { name: 'client-kms', library: kms, client: 'KMSClient', command: 'ListKeysCommand' },
  { name: 'client-sfn', library: sfn, client: 'SFNClient', command: 'ListActivitiesCommand' },
] satisfies readonly { name: string; library: Library; client: string; command: string }[];

const row = { pk: { S: 'SESSION#1' }, count: { N: '1' } };

/** What every client is answered: a failure of this name, with what DynamoDB may add. */
const answering = (errorName: string, statusCode: number) => ({
  handle: () => {
    const body = JSON.stringify({
      __type: `com.amazonaws#${errorName}`,
      message: 'as AWS says',
      Item: row,
    });
    return Promise.resolve({
      response: { statusCode, headers: {}, body: new TextEncoder().encode(body) },
    });
  },
});

const failureOf = async (
  library: Library,
  client: string,
  command: string,
  errorName: string,
  statusCode: number,
) => {
  const sender = new (library[client] as Client)({
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret-of-a-role' },
    maxAttempts: 1,
    requestHandler: answering(errorName, statusCode),
  });
  const error = await sender.send(new (library[command] as Command)({})).then(
    () => null,
    (reason: unknown) =>
      reason as Error & {
        $fault: string;
        $metadata: { httpStatusCode: number };
        $retryable?: object;
        Item?: object;
      },
  );
  return {
    name: error?.name,
    message: error?.message,
    fault: error?.$fault,
    status: error?.$metadata.httpStatusCode,
    retryable: error?.$retryable,
    item: errorName === 'ConditionalCheckFailedException' ? error?.Item : undefined,
  };
};

let directory: string;
let lean: Readonly<Record<string, Library>>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stepkey-lean-'));
  const contents = services
    .map(({ name }) => `export * as ${name.replaceAll('-', '_')} from '@aws-sdk/${name}';`)
    .join('\n');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('../../..', import.meta.url)) },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
    plugins: [leanLibraries],
  });
  const file = join(directory, 'lean.cjs');
  await writeFile(file, outputFiles[0]?.text ?? '');
  lean = createRequire(import.meta.url)(file) as typeof lean;
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('a failure that AWS names', () => {
  it.each(services)(
    'is of the same name, text, fault and status in a bundle as in the whole library: $name',
    async ({ name, library, client, command }) => {
      const errorNames = Object.keys(library).filter((key) => /(Exception|Fault|Error)$/.test(key));
      expect(errorNames.length).toBeGreaterThan(5);
      const leanLibrary = lean[name.replaceAll('-', '_')] ?? {};
      for (const errorName of [...errorNames, 'SomethingNewException']) {
        const { fault } = await failureOf(library, client, command, errorName, 400);
        const status = fault === 'server' ? 500 : 400;
        expect(await failureOf(leanLibrary, client, command, errorName, status)).toEqual(
          await failureOf(library, client, command, errorName, status),
        );
      }
    },
  );
});
