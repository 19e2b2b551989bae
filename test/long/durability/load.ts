/** Work that a twin acknowledges, each piece with how to see later that it is still done. */
import { CognitoIdentity } from '@aws-sdk/client-cognito-identity';
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { KMS } from '@aws-sdk/client-kms';
import { S3 } from '@aws-sdk/client-s3';
import { SFN } from '@aws-sdk/client-sfn';
import type { Endpoints } from '../../../local/endpoints.ts';

export const clientsOf = (endpoints: Endpoints) => {
  const shared = {
    region: endpoints.region,
    endpoint: endpoints.aws,
    // A copy: the SDK marks what it is given.
    credentials: { ...endpoints.adminCredentials },
    maxAttempts: 1,
  };
  const all = {
    identity: new CognitoIdentity(shared),
    users: new CognitoIdentityProvider(shared),
    dynamodb: new DynamoDB(shared),
    kms: new KMS(shared),
    s3: new S3({ ...shared, forcePathStyle: true }),
    states: new SFN({ ...shared, disableHostPrefix: true }),
  };
  return {
    ...all,
    endpoints,
    close: () => {
      for (const client of Object.values(all)) client.destroy();
    },
  };
};

export type Clients = ReturnType<typeof clientsOf>;

/** Rejects, or resolves to something else than true, when what was acknowledged is gone. */
type Check = (clients: Clients) => Promise<boolean>;

export interface Acknowledged {
  readonly what: string;
  readonly isThere: Check;
}

/** @param id different for each piece of work of a run */
export type Work = (clients: Clients, id: string) => Promise<Acknowledged>;

const password = 'Correct-horse-2';
export const machineName = 'durability';

export const machineDefinition = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'First',
  States: {
    First: { Type: 'Pass', Next: 'Rest' },
    Rest: { Type: 'Wait', Seconds: 0, Next: 'Last' },
    Last: { Type: 'Pass', Output: '{% $states.context.Execution.Name %}', End: true },
  },
});

const statusOf = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
  );

const signIn = async ({ users, endpoints }: Clients, username: string, secret: string) => {
  const { AuthenticationResult } = await users.initiateAuth({
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: endpoints.clients.cli.clientId,
    AuthParameters: { USERNAME: username, PASSWORD: secret },
  });
  return AuthenticationResult ?? {};
};

const refresh = ({ users, endpoints }: Clients, token: string) =>
  users.initiateAuth({
    AuthFlow: 'REFRESH_TOKEN_AUTH',
    ClientId: endpoints.clients.cli.clientId,
    AuthParameters: { REFRESH_TOKEN: token },
  });

const createUser = async ({ users, endpoints }: Clients, Username: string): Promise<string> => {
  const pool = { UserPoolId: endpoints.userPoolId, Username };
  const { User } = await users.adminCreateUser({ ...pool, MessageAction: 'SUPPRESS' });
  return User?.Attributes?.find(({ Name }) => Name === 'sub')?.Value ?? '';
};

const subOf = async ({ users, endpoints }: Clients, Username: string): Promise<string> => {
  const user = await users.adminGetUser({ UserPoolId: endpoints.userPoolId, Username });
  return user.UserAttributes?.find(({ Name }) => Name === 'sub')?.Value ?? '';
};

export const kindsOfWork: Readonly<Record<string, Work>> = {
  'a row': async ({ dynamodb, endpoints }, id) => {
    const row = { TableName: endpoints.table, Item: { pk: { S: `TEST#${id}` }, sk: { S: id } } };
    await dynamodb.putItem(row);
    return {
      what: `row ${id}`,
      isThere: async (later) => {
        const read = { TableName: endpoints.table, Key: row.Item, ConsistentRead: true };
        return (await later.dynamodb.getItem(read)).Item !== undefined;
      },
    };
  },
  'an object': async ({ s3, endpoints }, id) => {
    const object = { Bucket: endpoints.bucket, Key: `durability/${id}` };
    await s3.putObject({ ...object, Body: id.repeat(50) });
    return {
      what: `object ${id}`,
      isThere: async (later) => {
        const { Body } = await later.s3.getObject(object);
        return (await Body?.transformToString()) === id.repeat(50);
      },
    };
  },
  'a ciphertext': async ({ kms }, id) => {
    const { CiphertextBlob } = await kms.encrypt({
      KeyId: 'alias/stepkey/data',
      Plaintext: Buffer.from(id),
    });
    return {
      what: `key of ${id}`,
      isThere: async (later) => {
        const { Plaintext } = await later.kms.decrypt({ CiphertextBlob });
        return Buffer.from(Plaintext ?? []).toString() === id;
      },
    };
  },
  'an identity': async ({ identity, endpoints }, id) => {
    const { identityPoolId: IdentityPoolId, developerProvider } = endpoints;
    const { IdentityId } = await identity.getOpenIdTokenForDeveloperIdentity({
      IdentityPoolId,
      Logins: { [developerProvider]: `users:${id}` },
    });
    return {
      what: `identity ${id}`,
      isThere: async (later) => {
        const found = await later.identity.lookupDeveloperIdentity({
          IdentityPoolId,
          DeveloperUserIdentifier: `users:${id}`,
        });
        return found.IdentityId === IdentityId;
      },
    };
  },
  'a user': async (clients, id) => {
    const sub = await createUser(clients, id);
    return { what: `user ${id}`, isThere: async (later) => (await subOf(later, id)) === sub };
  },
  'a password': async (clients, id) => {
    await createUser(clients, id);
    const user = { UserPoolId: clients.endpoints.userPoolId, Username: id };
    await clients.users.adminSetUserPassword({ ...user, Password: password, Permanent: true });
    return {
      what: `password of ${id}`,
      isThere: async (later) => (await signIn(later, id, password)).IdToken !== undefined,
    };
  },
  'a member of a group': async (clients, id) => {
    await createUser(clients, id);
    const user = { UserPoolId: clients.endpoints.userPoolId, Username: id };
    await clients.users.adminAddUserToGroup({ ...user, GroupName: 'readers' });
    return {
      what: `group of ${id}`,
      isThere: async (later) => {
        const { Groups = [] } = await later.users.adminListGroupsForUser(user);
        return Groups.some(({ GroupName }) => GroupName === 'readers');
      },
    };
  },
  'a disabled user': async (clients, id) => {
    await createUser(clients, id);
    const user = { UserPoolId: clients.endpoints.userPoolId, Username: id };
    await clients.users.adminDisableUser(user);
    return {
      what: `${id} is disabled`,
      isThere: async (later) => (await later.users.adminGetUser(user)).Enabled === false,
    };
  },
  'a sign-in': async (clients) => {
    const { RefreshToken = '' } = await signIn(clients, 'alice', 'Correct-horse-1');
    return {
      what: 'a refresh token',
      isThere: async (later) => (await statusOf(refresh(later, RefreshToken))) === 'accepted',
    };
  },
  'a revoked token': async (clients) => {
    const { RefreshToken = '' } = await signIn(clients, 'bob', 'Correct-horse-1');
    const { clientId: ClientId } = clients.endpoints.clients.cli;
    await clients.users.revokeToken({ ClientId, Token: RefreshToken });
    return {
      what: 'a revocation',
      isThere: async (later) =>
        (await statusOf(refresh(later, RefreshToken))) === 'NotAuthorizedException',
    };
  },
  'an execution': async ({ states }, id) => {
    const { stateMachines = [] } = await states.listStateMachines({});
    const machine = stateMachines.find(({ name }) => name === machineName);
    const { executionArn, startDate } = await states.startExecution({
      stateMachineArn: machine?.stateMachineArn,
      name: id,
      input: '{}',
    });
    return {
      what: `execution ${id}`,
      isThere: async (later) => {
        for (;;) {
          const now = await later.states.describeExecution({ executionArn });
          if (now.startDate?.getTime() !== startDate?.getTime()) return false;
          if (now.status !== 'RUNNING') {
            const { events = [] } = await later.states.getExecutionHistory({ executionArn });
            const types = events.map(({ type }) => type);
            return (
              now.output === JSON.stringify(id) &&
              types[0] === 'ExecutionStarted' &&
              types.at(-1) === 'ExecutionSucceeded'
            );
          }
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      },
    };
  },
  credentials: async (clients, id) => {
    const { IdToken = '' } = await signIn(clients, 'alice', 'Correct-horse-1');
    const { endpoints } = clients;
    const answer = await fetch(`${endpoints.api}/v1/credentials`, {
      method: 'POST',
      headers: { authorization: `Bearer ${IdToken}` },
    });
    const body = (await answer.json()) as Record<string, unknown>;
    if (answer.status !== 200) throw new Error(`Refused with ${String(answer.status)}`);
    const pk = { S: `SESSION#${String(body['sessionId'])}` };
    const issuance = { S: `ISSUANCE#${String(body['issuanceId'])}` };
    return {
      what: `issuance ${id}`,
      isThere: async (later) => {
        const { Responses } = await later.dynamodb.batchGetItem({
          RequestItems: {
            [endpoints.table]: {
              Keys: [
                { pk, sk: { S: 'SESSION' } },
                { pk, sk: issuance },
              ],
              ConsistentRead: true,
            },
          },
        });
        const rows = Responses?.[endpoints.table] ?? [];
        return rows.length === 2 && rows.some(({ status }) => status?.S === 'ACTIVE');
      },
    };
  },
};
