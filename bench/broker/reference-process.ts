/**
 * What people would write instead of the broker, behind the same HTTP server: verify the token with aws-jwt-verify, and then
 * either the two DynamoDB calls of a hit, or the four calls of a mint, one after another. Decides, seals and checks nothing.
 * Tells its parent its port.
 */
import {
  CognitoIdentityClient,
  GetOpenIdTokenForDeveloperIdentityCommand,
} from '@aws-sdk/client-cognito-identity';
import { BatchGetItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import type { Jwks } from 'aws-jwt-verify/jwk';
import type { Endpoints } from '../../local/endpoints.ts';
import { bareServer } from './bare-server.ts';

export interface ReferenceArgument {
  readonly endpoints: Endpoints;
  readonly jwks: Jwks;
  /** A row as large as the one that a hit reads. */
  readonly entry: { readonly pk: string; readonly sk: string };
  readonly roleArn: string;
  readonly sessionPolicy: string;
}

const argument = JSON.parse(process.argv[2] ?? '{}') as ReferenceArgument;
const { endpoints, roleArn, sessionPolicy } = argument;
const { region, table: TableName, developerProvider, identityPoolId } = endpoints;
// The SDK's own settings, as people have them.
const settings = {
  region,
  endpoint: endpoints.aws,
  credentials: { ...endpoints.adminCredentials },
};
const dynamoDb = new DynamoDBClient(settings);
const identity = new CognitoIdentityClient(settings);
const sts = new STSClient(settings);
const verifier = CognitoJwtVerifier.create({
  userPoolId: endpoints.userPoolId,
  clientId: endpoints.clients.cli.clientId,
  tokenUse: 'id',
});
verifier.cacheJwks(argument.jwks);

const key = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });

const readRows = async (subject: string, entry: { readonly pk: string; readonly sk: string }) => {
  const { Responses } = await dynamoDb.send(
    new BatchGetItemCommand({
      RequestItems: {
        [TableName]: {
          ConsistentRead: true,
          Keys: [
            key(`SUBJECT#${subject}`, 'SUBJECT'),
            key('CLIENT#cli', 'REVOCATION'),
            key('GRANT#own-files', 'REVOCATION'),
            key('EVERYTHING', 'REVOCATION'),
            key(entry.pk, entry.sk),
          ],
        },
      },
    }),
  );
  return Responses?.[TableName] ?? [];
};

let written = 0;

/** A row like that of an issuance. */
const putRow = async (pk: string, more: Readonly<Record<string, string>>) => {
  written += 1;
  const texts = {
    subject: more['subject'] ?? '-',
    client: 'cli',
    actor: '-',
    grant: 'own-files',
    evidence: '{"groups":["readers"]}',
    roleArn,
    sessionName: '00000000-0000-4000-8000-000000000000',
    identityId: 'us-east-1:00000000-0000-4000-8000-000000000000',
    accessKeyId: 'ASIAEXAMPLE00000001',
    tokenId: '00000000-0000-4000-8000-000000000000',
    source: 'cache',
    executionArn: '-',
    ...more,
  };
  await dynamoDb.send(
    new PutItemCommand({
      TableName,
      Item: {
        ...key(pk, `${String(process.pid)}-${String(written)}`),
        ...Object.fromEntries(Object.entries(texts).map(([name, S]) => [name, { S }])),
      },
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  );
};

const hit = async (subject: string): Promise<unknown> => {
  const rows = await readRows(subject, argument.entry);
  await putRow('BENCH#issuances', { subject });
  const sealed = rows.find((row) => row['sealedSession'] !== undefined)?.['sealedSession']?.S;
  return { subject, grant: 'own-files', credentials: sealed };
};

const mint = async (subject: string): Promise<unknown> => {
  const rows = await readRows(subject, { pk: `SUBJECT#${subject}`, sk: 'ENTRY#-' });
  const identityId = rows.find((row) => row['sk']?.S === 'SUBJECT')?.['identityId']?.S ?? '';
  const { Token } = await identity.send(
    new GetOpenIdTokenForDeveloperIdentityCommand({
      IdentityPoolId: identityPoolId,
      IdentityId: identityId,
      Logins: { [developerProvider]: subject },
      PrincipalTags: {
        'stepkey-subject': subject,
        'stepkey-client': 'cli',
        'stepkey-grant': 'own-files',
      },
      TokenDuration: 60,
    }),
  );
  const { Credentials } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn,
      RoleSessionName: subject.slice('users:'.length),
      WebIdentityToken: Token,
      Policy: sessionPolicy.replaceAll('{{identityId}}', identityId),
      DurationSeconds: 3600,
    }),
  );
  await putRow('BENCH#entries', { subject, session: JSON.stringify(Credentials) });
  return { subject, grant: 'own-files', credentials: Credentials };
};

process.send?.(
  await bareServer(async ({ authorization, body }) => {
    const { sub } = await verifier.verify(authorization.replace('Bearer ', ''));
    const path = body === '{"mint":true}' ? mint : hit;
    const answer = await path(`users:${sub}`);
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify(answer),
    };
  }),
);
