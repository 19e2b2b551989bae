import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CognitoIdentityClient, GetIdCommand } from '@aws-sdk/client-cognito-identity';
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';

import { mappedRoleArn } from '../sts/sts-world.ts';
import { dynamodb, identityPools, kms, lambda, tableArn } from './echo-services.ts';
import { admin, startWireWorld } from './wire-world.ts';
import type { WireWorld } from './wire-world.ts';

// One file, though long: its stories share one endpoint.

let world: WireWorld;
let client: DynamoDBClient;

beforeAll(async () => {
  world = await startWireWorld([dynamodb, kms, identityPools, lambda], {
    publicDocuments: ({ path }) =>
      Promise.resolve(
        path === '/pool/.well-known/jwks.json'
          ? { status: 200, headers: { 'content-type': 'application/json' }, body: '{"keys":[]}' }
          : null,
      ),
  });
  client = new DynamoDBClient(world.clientConfig);
});

afterAll(async () => {
  client.destroy();
  await world.stop();
});

const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

const getItem = () => new GetItemCommand({ TableName: 'stepkey', Key: { pk: { S: 'ä😀' } } });

interface Signed {
  headers: Record<string, string>;
  body: unknown;
  path: string;
  method: string;
}

/** Sends a call whose request is changed after the SDK has signed it. */
const tampered = async (change: (request: Signed) => void): Promise<unknown> => {
  const other = new DynamoDBClient(world.clientConfig);
  other.middlewareStack.add(
    (next) => (args) => {
      change(args.request as Signed);
      return next(args);
    },
    { step: 'deserialize', priority: 'low' },
  );
  return errorOf(other.send(getItem()));
};

describe('an SDK’s JSON call', () => {
  it('is verified, run and answered', async () => {
    const answer = await client.send(getItem());
    expect(answer.Item).toEqual({ pk: { S: 'ä😀' } });
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('gets modelled errors with their members', async () => {
    const command = new PutItemCommand({ TableName: 'stepkey', Item: { pk: { S: 'a' } } });
    expect(await errorOf(client.send(command))).toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: { pk: { S: 'a' } },
    });
    const update = new UpdateItemCommand({ TableName: 'stepkey', Key: { pk: { S: 'a' } } });
    expect(await errorOf(client.send(update))).toMatchObject({ name: 'ValidationException' });
  });

  it('gets 501 for an operation that is not emulated, naming it', async () => {
    expect(await errorOf(client.send(new ListTablesCommand({})))).toMatchObject({
      name: 'NotImplemented',
      message: 'dynamodb:ListTables is not emulated.',
      $metadata: { httpStatusCode: 501 },
    });
  });

  it('gets no word of a fault inside, and the log has its place but not its message', async () => {
    const command = new DeleteItemCommand({ TableName: 'stepkey', Key: { pk: { S: 'a' } } });
    expect(await errorOf(client.send(command))).toMatchObject({
      name: 'InternalFailure',
      message: 'The request failed inside the twin.',
      $metadata: { httpStatusCode: 500 },
    });
    expect(world.lines.at(-1)).toMatch(/^fault in dynamodb: TypeError at /);
    expect(world.lines.join()).not.toContain('canary');
  });

  it('carries bytes as base64', async () => {
    const keys = new KMSClient(world.clientConfig);
    const answer = await keys.send(new GenerateDataKeyCommand({ KeyId: 'key' }));
    expect(answer.Plaintext).toEqual(Uint8Array.from([1, 2, 3]));
    const decrypt = new DecryptCommand({ CiphertextBlob: Uint8Array.from([1]) });
    expect(await errorOf(keys.send(decrypt))).toMatchObject({ name: 'InvalidCiphertextException' });
  });

  it('needs no signature where the operation takes none', async () => {
    const pools = new CognitoIdentityClient(world.unsignedConfig);
    expect(await pools.send(new GetIdCommand({ IdentityPoolId: 'a:0' }))).toMatchObject({
      IdentityId: 'id',
    });
  });
});

describe('a changed request', () => {
  const refused = { name: 'InvalidSignatureException', $metadata: { httpStatusCode: 400 } };
  it.each<[string, (request: Signed) => void]>([
    ['body', (request) => (request.body = '{"TableName":"stepkez","Key":{"pk":{"S":"ä😀"}}}')],
    ['target', ({ headers }) => (headers['x-amz-target'] = 'DynamoDB_20120810.DeleteItem')],
    ['content type', ({ headers }) => (headers['content-type'] = 'application/json')],
    ['body hash', ({ headers }) => (headers['x-amz-content-sha256'] = '0'.repeat(64))],
    ['added header', ({ headers }) => (headers['x-amz-extra'] = 'x')],
    ['path', (request) => (request.path = '/other')],
    [
      'date',
      ({ headers }) => {
        const date = headers['x-amz-date'] ?? '';
        headers['x-amz-date'] = date.replace(/\d\dZ$/, date.endsWith('00Z') ? '01Z' : '00Z');
      },
    ],
    [
      'day',
      ({ headers }) => {
        headers['x-amz-date'] = (headers['x-amz-date'] ?? '').replace(/^\d{4}/, '2001');
      },
    ],
    [
      'signature',
      ({ headers }) => {
        const value = headers['authorization'] ?? '';
        headers['authorization'] = value.slice(0, -1) + (value.endsWith('0') ? '1' : '0');
      },
    ],
    [
      'scope',
      ({ headers }) => {
        headers['authorization'] = (headers['authorization'] ?? '').replace('/dynamodb/', '/kms/');
      },
    ],
  ])('is refused: %s', async (_part, change) => {
    expect(await tampered(change)).toMatchObject(refused);
  });

  it('is refused as incomplete when its Authorization header cannot be read', async () => {
    for (const value of ['Bearer x', 'AWS4-HMAC-SHA256 Credential=a', 'AWS4-HMAC-SHA256 '])
      expect(await tampered(({ headers }) => (headers['authorization'] = value))).toMatchObject({
        name: 'IncompleteSignatureException',
      });
  });

  it('is refused more than 15 minutes from the twin’s clock, and not at 15', async () => {
    const now = world.time.epochMillis;
    const minute = 60_000;
    for (const [shift, name] of [
      [-16 * minute, 'InvalidSignatureException'],
      [16 * minute, 'InvalidSignatureException'],
      [-14 * minute, null],
      [14 * minute, null],
    ] as const) {
      world.time.epochMillis = now + shift;
      // The SDK learns the difference from a refusal, so each call needs a client of its own.
      const other = new DynamoDBClient(world.clientConfig);
      const error = await errorOf(other.send(getItem()));
      expect(error === null ? null : (error as Error).name).toBe(name);
    }
    world.time.epochMillis = now;
  });
});

describe('a caller', () => {
  const as = (credentials: {
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
  }) => errorOf(new DynamoDBClient({ ...world.clientConfig, credentials }).send(getItem()));

  it('with a wrong secret or an unknown key is refused in the protocol’s words', async () => {
    expect(await as({ ...admin, secretAccessKey: 'x' })).toMatchObject({
      name: 'InvalidSignatureException',
    });
    expect(await as({ ...admin, accessKeyId: 'AKIAUNKNOWNUNKNOWN11' })).toMatchObject({
      name: 'UnrecognizedClientException',
    });
    expect(await as({ ...admin, sessionToken: 'not ours' })).toMatchObject({
      name: 'UnrecognizedClientException',
    });
  });

  it('with an expired session is told so', async () => {
    expect(await as(await world.sts.credentialsOfRole(mappedRoleArn, 'bob', -1))).toMatchObject({
      name: 'ExpiredTokenException',
    });
  });

  it('without the permission is refused in AWS’s sentence, and the log names what was missing', async () => {
    const credentials = await world.sts.credentialsOfRole(mappedRoleArn, 'bob', 900);
    expect(await as(credentials)).toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:sts::123456789012:assumed-role/stepkey-own-files/bob is not authorized to perform: dynamodb:GetItem on resource: ${tableArn} because no identity-based policy allows the dynamodb:GetItem action`,
      $metadata: { httpStatusCode: 400 },
    });
    expect(world.lines.at(-1)).toContain(
      `denied dynamodb:GetItem on "${tableArn}" for arn:aws:sts::123456789012:assumed-role/stepkey-own-files/bob: no identity-based policy allows dynamodb:GetItem`,
    );
  });

  it('gains and loses what its role gains and loses, at the next call', async () => {
    const credentials = await world.sts.credentialsOfRole(mappedRoleArn, 'bob', 900);
    await world.iam.putRolePolicy('stepkey-own-files', 'table', {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'dynamodb:*', Resource: tableArn },
    });
    expect(await as(credentials)).toBeNull();
    await world.iam.deleteRolePolicy('stepkey-own-files', 'table');
    expect(await as(credentials)).toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('the endpoint', () => {
  const post = (headers: Record<string, string>, body: string) =>
    fetch(world.url, { method: 'POST', headers, body });

  it('answers a call without a signature, naming what is missing, with a request id', async () => {
    const response = await post({ 'x-amz-target': 'DynamoDB_20120810.GetItem' }, '{}');
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.get('x-amz-crc32')).toMatch(/^\d+$/);
    expect(await response.json()).toEqual({
      __type: 'com.amazon.coral.service#MissingAuthenticationTokenException',
      message: 'Request is missing Authentication Token',
    });
  });

  it('names a modelled error of other services in body and header', async () => {
    const response = await post({ 'x-amz-target': 'TrentService.Decrypt' }, '{}');
    expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
    expect(await response.json()).toMatchObject({
      __type: 'MissingAuthenticationTokenException',
    });
  });

  it.each([
    ['{', 'SerializationException', 400],
    ['[]', 'SerializationException', 400],
  ])('refuses the body %j', async (body, type, status) => {
    const target = 'AWSCognitoIdentityService.GetId';
    const response = await post({ 'x-amz-target': target }, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ __type: type });
  });

  it('answers 501 for a service it does not have', async () => {
    const response = await post({ 'x-amz-target': 'Kinesis_20131202.PutRecord' }, '{}');
    expect(response.status).toBe(501);
    expect(await response.json()).toMatchObject({
      message: 'Kinesis_20131202.PutRecord is not emulated.',
    });
  });

  it('refuses a body over its limit, declared or not', async () => {
    const headers = { 'x-amz-target': 'AWSCognitoIdentityService.GetId' };
    const large = 'x'.repeat(1024 * 1024 + 1);
    expect((await post(headers, large)).status).toBe(413);
    const stream = new Blob([large]).stream();
    const undeclared = await fetch(world.url, {
      method: 'POST',
      headers,
      body: stream,
      duplex: 'half',
    });
    expect(undeclared.status).toBe(413);
  });

  it('gives public documents, and nothing for other such paths', async () => {
    const found = await fetch(`${world.url}/pool/.well-known/jwks.json`);
    expect(await found.json()).toEqual({ keys: [] });
    expect(found.headers.get('x-amzn-requestid')).toBeTruthy();
    expect((await fetch(`${world.url}/oauth2/token`, { method: 'POST' })).status).toBe(501);
  });

  it('refuses a target that is not well encoded', async () => {
    expect((await fetch(`${world.url}/%ff`)).status).toBe(400);
  });
});

describe('Lambda Invoke', () => {
  const invoke = async (name: string, payload: string, headers: Record<string, string> = {}) => {
    const { principal } = await signerPrincipal();
    return world.call(
      'lambda',
      'Invoke',
      { FunctionName: name, Payload: Buffer.from(payload), InvocationType: 'Event', ...headers },
      { principal, requestId: 'r', sourceIp: '127.0.0.1' },
    );
  };
  const signerPrincipal = async () => ({
    principal: await Promise.resolve(world.sts.principalOfRole(mappedRoleArn, 'caller')),
  });

  it('is refused to a caller without the permission, as AccessDeniedException with 403', async () => {
    expect(await errorOf(invoke('decide', '{}'))).toMatchObject({
      code: 'AccessDeniedException',
      statusCode: 403,
    });
  });

  it('needs a signature on the wire', async () => {
    const url = `${world.url}/2015-03-31/functions/decide/invocations`;
    const response = await fetch(url, { method: 'POST', body: '{}' });
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  });
});
