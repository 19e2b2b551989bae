/** What the twin answers of all that AWS's own clients can ask for, and that it says no to the rest. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as cognitoIdentity from '@aws-sdk/client-cognito-identity';
import * as cognitoIdp from '@aws-sdk/client-cognito-identity-provider';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as events from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as s3 from '@aws-sdk/client-s3';
import * as states from '@aws-sdk/client-sfn';
import * as sqs from '@aws-sdk/client-sqs';
import * as sts from '@aws-sdk/client-sts';
import { AwsError } from '../../../local/aws.ts';
import type { TwinServices } from '../../../local/twin-services.ts';
import { anonymousPrincipal } from '../../../local/wire/principals.ts';
import { protocolOf } from '../../../local/wire/protocol.ts';
import type { ReceivedRequest } from '../../../local/wire/received-request.ts';
import { requestsOf } from '../../support/aws-commands.ts';
import type { ClientPackage } from '../../support/aws-commands.ts';
import { bareTwinServices } from '../../support/twin-services.ts';

const clients: Readonly<Record<string, ClientPackage>> = {
  'cognito-idp': cognitoIdp,
  'cognito-identity': cognitoIdentity,
  sts,
  iam,
  kms,
  dynamodb,
  s3,
  states,
  events,
  sqs,
  logs,
};

/** Of the operations that a client must find, those that the purpose of the twin names. */
const named: Readonly<Record<string, string>> = {
  'cognito-idp': `InitiateAuth RespondToAuthChallenge GetUser GlobalSignOut RevokeToken AdminCreateUser
    AdminSetUserPassword AdminDisableUser AdminEnableUser AdminAddUserToGroup AdminRemoveUserFromGroup
    AdminListGroupsForUser AdminUserGlobalSignOut AdminDeleteUser AdminGetUser ListUsers CreateGroup ListGroups`,
  'cognito-identity': `GetId GetOpenIdToken GetOpenIdTokenForDeveloperIdentity LookupDeveloperIdentity
    MergeDeveloperIdentities UnlinkDeveloperIdentity GetCredentialsForIdentity DescribeIdentity ListIdentities`,
  sts: 'AssumeRoleWithWebIdentity AssumeRole GetCallerIdentity',
  kms: 'DescribeKey GenerateDataKey Encrypt Decrypt',
  dynamodb: 'GetItem PutItem UpdateItem DeleteItem BatchGetItem Query Scan DescribeTable',
  s3: 'PutObject GetObject HeadObject DeleteObject ListObjectsV2 ListBuckets',
  states: `CreateStateMachine UpdateStateMachine DeleteStateMachine DescribeStateMachine ListStateMachines
    StartExecution StartSyncExecution StopExecution DescribeExecution GetExecutionHistory ListExecutions
    ValidateStateMachineDefinition TestState`,
  events: 'PutEvents PutRule PutTargets TestEventPattern',
  logs: 'GetLogEvents FilterLogEvents',
};

/** The names that no client package of this list has. */
const ofOtherClients: readonly string[] = [
  'lambda:Invoke',
  ...['ListStreams', 'DescribeStream', 'GetShardIterator', 'GetRecords'].map(
    (name) => `dynamodb:${name}`,
  ),
];

/** Made once: a client signs every request of them. */
const requests: Record<string, Awaited<ReturnType<typeof requestsOf>>> = {};
let services: TwinServices;
let served: ReadonlySet<string>;

beforeAll(async () => {
  for (const [service, client] of Object.entries(clients))
    requests[service] = await requestsOf(client);
  services = await bareTwinServices();
  served = new Set(services.operations);
});
afterAll(async () => {
  await services.stop();
});

/** How the twin understands a request, whoever signed it. */
const understood = (request: ReceivedRequest) => {
  const protocol = protocolOf(request, 'request-1');
  try {
    const { service, operation } = protocol.parse(request);
    return { protocol, service, operation };
  } catch (error) {
    if (error instanceof AwsError) return { protocol, error };
    throw error;
  }
};

/** How the twin refuses what it does not have, as its wire says it. */
const refusalOf = async (request: ReceivedRequest) => {
  const asked = understood(request);
  const error =
    asked.error ??
    (await services
      .call(
        asked.service,
        asked.operation,
        {},
        {
          principal: anonymousPrincipal,
          requestId: 'request-1',
          sourceIp: '127.0.0.1',
        },
      )
      .then(
        () => null,
        (thrown: unknown) => thrown,
      ));
  if (!(error instanceof AwsError)) return { status: 200, body: '' };
  const { status, body } = asked.protocol.renderError(error);
  return { status, body: body.toString() };
};

describe.each(Object.keys(clients))('%s', (service) => {
  const asked = () => requests[service] ?? [];

  it('is asked by its client for operations that the twin knows by name', () => {
    const misread: string[] = [];
    for (const { operation, request } of asked()) {
      const read = understood(request);
      if (read.error !== undefined) continue;
      if (read.service !== service || read.operation !== operation)
        misread.push(`${operation} as ${read.service}:${read.operation}`);
    }
    // A client asks for a session of a directory bucket before it lists any.
    expect(misread).toEqual(service === 's3' ? ['ListDirectoryBuckets as s3:CreateSession'] : []);
  });

  it('answers 501 with the operation’s name to every one that it does not have', async () => {
    const wrong: string[] = [];
    for (const { operation, request } of asked()) {
      if (served.has(`${service}:${operation}`)) continue;
      const { status, body } = await refusalOf(request);
      if (status !== 501 || !body.includes(operation))
        wrong.push(`${operation}: ${String(status)}`);
    }
    expect(wrong).toEqual(service === 's3' ? ['ListDirectoryBuckets: 501'] : []);
  });

  it('serves what the purpose of the twin names, and nothing that AWS has not', () => {
    const known = new Set(asked().map(({ operation }) => operation));
    const missing = (named[service] ?? '')
      .split(/\s+/u)
      .filter((name) => name !== '' && !served.has(`${service}:${name}`));
    const invented = [...served].filter(
      (name) =>
        name.startsWith(`${service}:`) &&
        !known.has(name.split(':')[1] ?? '') &&
        !ofOtherClients.includes(name),
    );
    expect({ missing, invented }).toEqual({ missing: [], invented: [] });
  });
});

describe('docs/twin.md', () => {
  const text = readFileSync(new URL('../../../docs/twin.md', import.meta.url), 'utf8');
  const rows = text
    .slice(text.indexOf('### Operations'))
    .split('\n### ')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('lists every operation once, with how sure we are', () => {
    const listed = (rows ?? []).flatMap(([, service = '', operations = '']) =>
      [...operations.matchAll(/`(\w+)`/gu)].map(
        ([, name]) => `${service.slice(1, -1)}:${name ?? ''}`,
      ),
    );
    expect([...listed].sort()).toEqual([...served].sort());
  });

  it('says of each whether it was seen on AWS, documented, measured elsewhere or assumed', () => {
    const grades = (rows ?? []).map(([, , , grade = '']) => grade);
    expect(grades.length).toBeGreaterThan(0);
    for (const grade of grades)
      expect(grade).toMatch(/^(?:seen on AWS|documented|measured elsewhere|assumed)\b/u);
  });
});
