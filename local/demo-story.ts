/** What `npm run demo` does, through the doors that anybody would use: the API and unmodified AWS SDK clients. */
import { createHmac } from 'node:crypto';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import type { Endpoints } from './endpoints.ts';
import { demoPassword } from './users.ts';

/** Every field is measured. */
export interface DemoReport {
  readonly identityId: string;
  readonly grant: string;
  readonly assumedRoleArn: string;
  readonly source: string;
  readonly ownPrefix: string;
  readonly otherPrefix: string;
  readonly secondSource: string;
  readonly executionArn: string;
  /** Names of the states that the execution entered, in order. */
  readonly steps: readonly string[];
  /** How many log events of the execution hold a secret. */
  readonly secretsInHistory: number;
}

/** Something is not as it must be; the message is one sentence. */
class DemoError extends Error {
  override readonly name = 'DemoError';
}

const issued = z.object({
  credentials: z.object({
    accessKeyId: z.string(),
    secretAccessKey: z.string(),
    sessionToken: z.string(),
  }),
  identityId: z.string(),
  grant: z.string(),
  assumedRoleArn: z.string(),
  source: z.string(),
  executionArn: z.string(),
});
const identity = z.object({ identityId: z.string() });
const historyEvent = z.object({
  type: z.string(),
  details: z.object({ name: z.string().optional() }),
});

interface Tokens {
  readonly idToken: string;
  readonly all: readonly string[];
}

const signIn = async ({ aws, region, clients }: Endpoints, username: string): Promise<Tokens> => {
  const { clientId, clientSecret = '' } = clients.app;
  const client = new CognitoIdentityProviderClient({ region, endpoint: aws });
  const { AuthenticationResult: result } = await client.send(
    new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: clientId,
      AuthParameters: {
        USERNAME: username,
        PASSWORD: demoPassword,
        SECRET_HASH: createHmac('sha256', clientSecret)
          .update(username + clientId)
          .digest('base64'),
      },
    }),
  );
  const { IdToken: idToken, AccessToken: access, RefreshToken: refresh } = result ?? {};
  if (idToken === undefined || access === undefined || refresh === undefined) {
    throw new DemoError(`The sign-in of ${username} gave no tokens.`);
  }
  return { idToken, all: [idToken, access, refresh] };
};

const request = async <S extends z.ZodType>(
  schema: S,
  method: 'GET' | 'POST',
  url: string,
  idToken: string,
): Promise<z.infer<S>> => {
  const response = await fetch(url, {
    method,
    headers: { authorization: idToken, 'content-type': 'application/json' },
    ...(method === 'POST' ? { body: '{}' } : {}),
  });
  const read = schema.safeParse(await response.json());
  if (response.status === 200 && read.success) return read.data;
  throw new DemoError(`${method} ${new URL(url).pathname} answered ${String(response.status)}.`);
};

/** Puts an object and reads it back: `allowed`, or the name of the error. */
const tryPrefix = async (s3: S3Client, bucket: string, prefix: string): Promise<string> => {
  const place = { Bucket: bucket, Key: `${prefix}/hello.txt` };
  const text = `hello at ${new Date().toISOString()}`;
  try {
    await s3.send(new PutObjectCommand({ ...place, Body: text }));
    const { Body: body } = await s3.send(new GetObjectCommand(place));
    return (await body?.transformToString()) === text ? 'allowed' : 'changed';
  } catch (error) {
    return error instanceof Error ? error.name : 'failed';
  }
};

const readHistory = async (
  { aws, region, adminCredentials, stateMachines }: Endpoints,
  executionArn: string,
): Promise<readonly string[]> => {
  const client = new CloudWatchLogsClient({
    region,
    endpoint: aws,
    credentials: adminCredentials,
  });
  const machine = stateMachines['issue-credentials']?.split(':').at(-1) ?? '';
  const messages: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new FilterLogEventsCommand({
        logGroupName: `/aws/vendedlogs/states/${machine}`,
        filterPattern: `{ $.execution_arn = "${executionArn}" }`,
        nextToken,
      }),
    );
    messages.push(...(page.events ?? []).map(({ message }) => message ?? ''));
    ({ nextToken } = page);
  } while (nextToken !== undefined);
  return messages;
};

const stepsOf = (messages: readonly string[]): readonly string[] =>
  messages.flatMap((message) => {
    const { type, details } = historyEvent.parse(JSON.parse(message));
    return type.endsWith('StateEntered') && details.name !== undefined ? [details.name] : [];
  });

/** As it is, in base64, and its first 16 characters. */
const tracesOf = (secret: string): readonly string[] => [
  secret,
  Buffer.from(secret).toString('base64'),
  secret.slice(0, 16),
];

export const runDemo = async (endpoints: Endpoints): Promise<DemoReport> => {
  const { api, aws, region, bucket, clients, adminCredentials } = endpoints;
  const alice = await signIn(endpoints, 'alice');
  const bob = await signIn(endpoints, 'bob');
  const { identityId: bobs } = await request(identity, 'GET', `${api}/v1/identity`, bob.idToken);

  const first = await request(issued, 'POST', `${api}/v1/credentials`, alice.idToken);
  const { credentials, executionArn, identityId } = first;
  const s3 = new S3Client({ region, endpoint: aws, forcePathStyle: true, credentials });
  const ownPrefix = await tryPrefix(s3, bucket, `private/${identityId}`);
  const otherPrefix = await tryPrefix(s3, bucket, `private/${bobs}`);
  const second = await request(issued, 'POST', `${api}/v1/credentials`, alice.idToken);

  const messages = await readHistory(endpoints, executionArn);
  const secrets = [
    ...alice.all,
    ...bob.all,
    credentials.secretAccessKey,
    credentials.sessionToken,
    clients.app.clientSecret ?? demoPassword,
    adminCredentials.secretAccessKey,
    demoPassword,
  ].flatMap(tracesOf);
  return {
    identityId,
    grant: first.grant,
    assumedRoleArn: first.assumedRoleArn,
    source: first.source,
    ownPrefix,
    otherPrefix,
    secondSource: second.source,
    executionArn,
    steps: stepsOf(messages),
    secretsInHistory: messages.filter((message) =>
      secrets.some((secret) => message.includes(secret)),
    ).length,
  };
};

const expected = {
  grant: 'own-files',
  source: 'minted',
  ownPrefix: 'allowed',
  otherPrefix: 'AccessDenied',
  secondSource: 'cache',
  secretsInHistory: 0,
} as const satisfies Partial<DemoReport>;

/** @throws DemoError naming the first thing that is not as it must be */
export const requireAsExpected = (report: DemoReport): void => {
  for (const [name, value] of Object.entries(expected)) {
    const measured = report[name as keyof typeof expected];
    if (measured === value) continue;
    throw new DemoError(`${name} is ${String(measured)} and should be ${String(value)}.`);
  }
  if (!report.assumedRoleArn.includes(':assumed-role/')) {
    throw new DemoError('assumedRoleArn is not the ARN of an assumed role.');
  }
  if (!report.steps.includes('AssumeMappedRole') || report.steps.at(-1) !== 'Issued') {
    throw new DemoError('The steps of the execution are not all in its log.');
  }
};
