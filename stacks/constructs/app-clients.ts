import { Duration } from 'aws-cdk-lib';
import type { UserPool, UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { addBrokerScopes, type BrokerScope } from '../broker-scopes.ts';

/** Machines, each with the one scope that its work needs. */
const machineClients = {
  service: 'credentials',
  batch: 'act-as',
  audit: 'audit',
  operator: 'revoke',
} as const satisfies Record<string, BrokerScope>;

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
  const scopes = addBrokerScopes(userPool);
  const addMachine = (name: keyof typeof machineClients) =>
    userPool.addClient(name, {
      userPoolClientName: name,
      generateSecret: true,
      // An empty list would let Cognito add its default flows; a machine has no password to try.
      authFlows: { userPassword: false },
      oAuth: {
        flows: { clientCredentials: true },
        scopes: [scopes[machineClients[name]]],
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
