import { Duration } from 'aws-cdk-lib';
import {
  OAuthScope,
  ResourceServerScope,
  type UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';

const scopes = {
  credentials: new ResourceServerScope({
    scopeName: 'credentials',
    scopeDescription: "Obtain credentials for the token's own subject",
  }),
  'act-as': new ResourceServerScope({
    scopeName: 'act-as',
    scopeDescription: 'Obtain credentials for a named subject',
  }),
  audit: new ResourceServerScope({ scopeName: 'audit', scopeDescription: 'Read the ledger' }),
  revoke: new ResourceServerScope({
    scopeName: 'revoke',
    scopeDescription: 'Revoke and restore access',
  }),
} as const;

/** Machines, each with the one scope that its work needs. */
const machineClients = {
  service: 'credentials',
  batch: 'act-as',
  audit: 'audit',
  operator: 'revoke',
} as const satisfies Record<string, keyof typeof scopes>;

type ClientName = 'app' | 'cli' | keyof typeof machineClients;

/** For the clients of people, whose tokens also reach the identity pool. */
const personal = {
  disableOAuth: true,
  authFlows: { userPassword: true, userSrp: true },
  preventUserExistenceErrors: true,
  enableTokenRevocation: true,
  idTokenValidity: Duration.hours(1),
  accessTokenValidity: Duration.hours(1),
  refreshTokenValidity: Duration.days(30),
} as const;

/** The pool's app clients by the names that grants use, and the scopes that machines ask for. */
export const addAppClients = (userPool: UserPool): Readonly<Record<ClientName, UserPoolClient>> => {
  const server = userPool.addResourceServer('Scopes', {
    identifier: 'stepkey',
    scopes: Object.values(scopes),
  });
  const addMachine = (name: keyof typeof machineClients) =>
    userPool.addClient(name, {
      userPoolClientName: name,
      generateSecret: true,
      // An empty list would let Cognito add its default flows; a machine has no password to try.
      authFlows: { userPassword: false },
      oAuth: {
        flows: { clientCredentials: true },
        scopes: [OAuthScope.resourceServer(server, scopes[machineClients[name]])],
      },
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
    });
  return {
    app: userPool.addClient('app', {
      ...personal,
      userPoolClientName: 'app',
      generateSecret: true,
    }),
    cli: userPool.addClient('cli', {
      ...personal,
      userPoolClientName: 'cli',
      generateSecret: false,
    }),
    service: addMachine('service'),
    batch: addMachine('batch'),
    audit: addMachine('audit'),
    operator: addMachine('operator'),
  };
};
