import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetOpenIdTokenCommand,
  ListIdentitiesCommand,
  UnlinkIdentityCommand,
} from '@aws-sdk/client-cognito-identity';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { decodeJwt } from 'jose';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAwsEndpoint } from '../../local/wire/endpoint.ts';
import { createPrincipals } from '../../local/wire/principals.ts';
import { close } from '../support/twin/aws-endpoint.ts';
import { createEnhancedWorld, roleArn } from '../unit/local/cognito-identity/enhanced-world.ts';
import type { EnhancedWorld } from '../unit/local/cognito-identity/enhanced-world.ts';
import { identityPoolId, userPoolProvider } from '../unit/local/cognito-identity/identity-world.ts';
import { accountId } from '../unit/local/iam/principals-for-tests.ts';
import { admin } from '../unit/local/wire/wire-world.ts';

let world: EnhancedWorld;
let server: Server;
let anybody: CognitoIdentityClient;
let owner: CognitoIdentityClient;
let config: { endpoint: string; region: string; maxAttempts: number };

beforeAll(async () => {
  world = await createEnhancedWorld();
  // The SDK signs with the machine's clock.
  world.time.epochMillis = Date.now();
  const { iam, sessionTokens, clock, call } = world;
  server = createServer(
    createAwsEndpoint({
      call,
      principals: createPrincipals({ iam, sessionTokens, accountId, admin }),
      clock,
      publicDocuments: () => Promise.resolve(null),
      log: () => undefined,
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  config = {
    endpoint: `http://127.0.0.1:${String(port)}`,
    region: 'us-east-1',
    maxAttempts: 1,
  };
  anybody = new CognitoIdentityClient(config);
  owner = new CognitoIdentityClient({ ...config, credentials: admin });
});

afterAll(async () => {
  anybody.destroy();
  owner.destroy();
  await close(server);
});

describe('the AWS SDK in the enhanced flow', () => {
  it('gets credentials without a signature, and signs with them', async () => {
    await world.identity.putIdentityPoolRoles(identityPoolId, {
      authenticated: roleArn('default'),
      unauthenticated: null,
      mappings: {},
    });
    const { IdentityId, Logins } = await world.person('alice');
    const { Credentials } = await anybody.send(
      new GetCredentialsForIdentityCommand({ IdentityId: String(IdentityId), Logins }),
    );
    const left = Number(Credentials?.Expiration) - world.time.epochMillis;
    expect(left).toBeGreaterThan(3_598_000);
    const sts = new STSClient({
      ...config,
      credentials: {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      },
    });
    const caller = await sts.send(new GetCallerIdentityCommand({}));
    sts.destroy();
    expect(caller.Arn).toBe(
      `arn:aws:sts::${accountId}:assumed-role/default/CognitoIdentityCredentials`,
    );
  });

  it('gets a token of the pool without a signature, for the identity of the login', async () => {
    const { IdentityId, Logins } = await world.person('alice');
    const id = String(IdentityId);
    const answer = await anybody.send(new GetOpenIdTokenCommand({ IdentityId: id, Logins }));
    expect(answer.IdentityId).toBe(id);
    expect(decodeJwt(answer.Token ?? '')).toMatchObject({ sub: id, aud: identityPoolId });
    await expect(
      anybody.send(new GetOpenIdTokenCommand({ IdentityId: id, Logins: {} })),
    ).rejects.toMatchObject({ name: 'NotAuthorizedException' });
  });

  it('lists what is there and unlinks it', async () => {
    const { IdentityId, Logins } = await world.person('bob');
    const list = () =>
      owner.send(new ListIdentitiesCommand({ IdentityPoolId: identityPoolId, MaxResults: 60 }));
    const find = async () =>
      (await list()).Identities?.find((identity) => identity.IdentityId === IdentityId);
    const before = await find();
    expect(before?.Logins).toEqual([userPoolProvider]);
    expect(before?.CreationDate).toBeInstanceOf(Date);
    await anybody.send(
      new UnlinkIdentityCommand({
        IdentityId: String(IdentityId),
        Logins,
        LoginsToRemove: [userPoolProvider],
      }),
    );
    expect((await find())?.Logins).toEqual([]);
  });
});
