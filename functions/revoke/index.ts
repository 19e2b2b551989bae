import { join } from 'node:path';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';
import { systemClock } from '../../adapters/clock.ts';
import { dynamoCredentialStore } from '../../adapters/credential-store.ts';
import { dynamoDenialRows } from '../../adapters/denial-rows.ts';
import { iamDenyPolicyText } from '../../adapters/deny-policy-text.ts';
import { nodeDigest } from '../../adapters/digest.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { readGrants } from '../../adapters/grant-files.ts';
import { uuidV7Source } from '../../adapters/ids.ts';
import { dynamoLiveSessions } from '../../adapters/live-sessions.ts';
import { awsVariables, meteredAws } from '../../adapters/metered-aws.ts';
import { dynamoRevocationRecords } from '../../adapters/revocation-records.ts';
import { dynamoRevocationTargets } from '../../adapters/revocation-targets.ts';
import { dynamoRoleWideCutOff } from '../../adapters/role-wide-cut-off.ts';
import { stepFunctionsRevokeMachine } from '../../adapters/revoke-machine.ts';
import { denyPolicyEverywhere, writerCredentials } from '../../adapters/spoke-deny-policies.ts';
import { dynamoSubjectEntries } from '../../adapters/subject-entries.ts';
import { systemTimer } from '../../adapters/timer.ts';
import { cognitoUserDirectory } from '../../adapters/user-directory.ts';
import { dynamoUsernameRegistry } from '../../adapters/username-registry.ts';
import { dynamoWriterLease } from '../../adapters/writer-lease.ts';
import type { RevokeInput } from '../../core/revocations/revocation.ts';
import { denySessions, type DenySessionsInput } from './deny-sessions.ts';
import { liftDenial } from './lift-denial.ts';
import { purgeEntries } from './purge-entries.ts';
import { raiseEpoch } from './raise-epoch.ts';
import { reactToUserPool } from './react-to-user-pool.ts';
import { reconcile } from './reconcile.ts';
import { restoreTarget } from './restore-target.ts';

const environment = readEnvironment(process.env, {
  ...awsVariables,
  TABLE_NAME: variables.TABLE_NAME,
  DENY_POLICY_ARN: variables.DENY_POLICY_ARN,
  SPOKE_DENY_POLICIES: variables.SPOKE_DENY_POLICIES,
  LONGEST_SESSION_SECONDS: variables.LONGEST_SESSION_SECONDS,
  LAMBDA_TASK_ROOT: variables.LAMBDA_TASK_ROOT,
  STATE_MACHINE_ARN: variables.STATE_MACHINE_ARN,
  USER_POOLS: variables.USER_POOLS,
  RECONCILES_GROUPS: variables.RECONCILES_GROUPS,
  SUBJECTS_PER_RUN: variables.SUBJECTS_PER_RUN,
});
const { client } = meteredAws(environment);
const table = {
  client: client('dynamodb', DynamoDBClient),
  tableName: environment.TABLE_NAME,
};
const ports = {
  clock: systemClock,
  timer: systemTimer,
  ids: uuidV7Source(systemClock),
  digest: nodeDigest,
  targets: dynamoRevocationTargets({ ...table, timer: systemTimer }),
  entries: dynamoSubjectEntries(table),
  records: dynamoRevocationRecords(table),
  store: dynamoCredentialStore({ ...table, timer: systemTimer }),
  machine: stepFunctionsRevokeMachine({
    client: client('states', SFNClient),
    stateMachineArn: environment.STATE_MACHINE_ARN,
  }),
  live: dynamoLiveSessions(table),
  users: cognitoUserDirectory({
    client: client('cognito-idp', CognitoIdentityProviderClient),
    usernames: dynamoUsernameRegistry(table),
  }),
  denials: dynamoDenialRows(table),
  roleWide: dynamoRoleWideCutOff(table),
  lease: dynamoWriterLease({ ...table, clock: systemClock }),
  policy: denyPolicyEverywhere([
    iamDenyPolicyText({
      client: client('iam', IAMClient),
      policyArn: environment.DENY_POLICY_ARN,
    }),
    ...environment.SPOKE_DENY_POLICIES.map(({ policyArn, writerRoleArn }) =>
      iamDenyPolicyText({
        client: client('iam', IAMClient, {
          credentials: writerCredentials(client('sts', STSClient), writerRoleArn),
        }),
        policyArn,
      }),
    ),
  ]),
};
const context = {
  longestSessionSeconds: environment.LONGEST_SESSION_SECONDS,
  userPools: environment.USER_POOLS,
  comparesGroups: environment.RECONCILES_GROUPS,
  subjectsPerRun: environment.SUBJECTS_PER_RUN,
  grants: readGrants(join(environment.LAMBDA_TASK_ROOT, 'grants.json')),
};

type RevokeEvent =
  | ({
      readonly task: 'raise-epoch' | 'restore-target' | 'purge-entries' | 'lift-denial';
    } & RevokeInput)
  | ({ readonly task: 'deny-sessions' } & DenySessionsInput)
  // As the schedule's rule says it.
  | { readonly task: 'reconcile' }
  // As the rule of the default bus hands it over.
  | { readonly 'detail-type': string };

/** The tasks of the state machine revoke, the reaction to the user pool's events, and the reconciler. */
export const handler = async (event: RevokeEvent): Promise<unknown> => {
  if ('detail-type' in event) return reactToUserPool(ports, context, event);
  switch (event.task) {
    case 'raise-epoch':
      return raiseEpoch(ports, event);
    case 'restore-target':
      return restoreTarget(ports, event);
    case 'purge-entries':
      return purgeEntries(ports, event);
    case 'deny-sessions':
      return denySessions(ports, context, event);
    case 'reconcile':
      return reconcile(ports, context);
    case 'lift-denial':
      return liftDenial(ports, event);
  }
};
