import { join } from 'node:path';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { cachedUserDirectory } from '../../adapters/cached-user-directory.ts';
import { systemClock } from '../../adapters/clock.ts';
import { nodeDigest } from '../../adapters/digest.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { readGrants } from '../../adapters/grant-files.ts';
import { awsVariables, meteredAws } from '../../adapters/metered-aws.ts';
import { kmsSealer } from '../../adapters/sealer.ts';
import { userPoolTokenVerifier } from '../../adapters/token-verifier.ts';
import { cognitoUserDirectory } from '../../adapters/user-directory.ts';
import { dynamoUsernameRegistry } from '../../adapters/username-registry.ts';
import { claimsReferencedBy } from '../../core/grants/placeholders.ts';
import type { Caller } from '../../core/contracts/caller.ts';
import { resolveSubject } from '../../core/subject/resolve-subject.ts';
import { explainDenial, type ExplainDenialInput } from './explain-denial.ts';
import { mapRole, type MapRoleInput } from './map-role.ts';
import { validateToken, type ValidateTokenInput } from './validate-token.ts';

const environment = readEnvironment(process.env, {
  ...awsVariables,
  LAMBDA_TASK_ROOT: variables.LAMBDA_TASK_ROOT,
  TABLE_NAME: variables.TABLE_NAME,
  SEALING_KEY_ARN: variables.SEALING_KEY_ARN,
  USER_POOLS: variables.USER_POOLS,
  DEVELOPER_PROVIDER: variables.DEVELOPER_PROVIDER,
  IDENTITY_POOL_ID: variables.IDENTITY_POOL_ID,
  MAPPED_ROLE_ARN_PREFIX: variables.MAPPED_ROLE_ARN_PREFIX,
  TEMPLATE_VALUES: variables.TEMPLATE_VALUES,
});
const { client } = meteredAws(environment);
const grants = readGrants(join(environment.LAMBDA_TASK_ROOT, 'grants.json'));

const ports = {
  clock: systemClock,
  users: cachedUserDirectory(
    cognitoUserDirectory({
      client: client('cognito-idp', CognitoIdentityProviderClient),
      usernames: dynamoUsernameRegistry({
        client: client('dynamodb', DynamoDBClient),
        tableName: environment.TABLE_NAME,
      }),
    }),
    systemClock,
  ),
  verifier: userPoolTokenVerifier({
    userPools: environment.USER_POOLS,
    endpoint: environment.AWS_ENDPOINT_URL,
    keepBy: systemClock,
  }),
  sealer: kmsSealer({
    client: client('kms', KMSClient),
    keyArn: environment.SEALING_KEY_ARN,
  }),
};
const authentication = {
  userPools: environment.USER_POOLS,
  referencedClaims: new Set(grants.flatMap(claimsReferencedBy)),
};
const decisions = {
  grants,
  templateValues: environment.TEMPLATE_VALUES,
  mappedRoleArnPrefix: environment.MAPPED_ROLE_ARN_PREFIX,
  identityPoolId: environment.IDENTITY_POOL_ID,
  developerProvider: environment.DEVELOPER_PROVIDER,
  digest: nodeDigest,
};

interface ResolveSubjectInput {
  /** As ValidateToken gave it. */
  readonly presenter: Caller;
  readonly onBehalfOf: string;
}

type DecideEvent =
  | ({ readonly task: 'validate-token' } & ValidateTokenInput)
  | ({ readonly task: 'resolve-subject' } & ResolveSubjectInput)
  | ({ readonly task: 'map-role' } & MapRoleInput)
  | ({ readonly task: 'explain-denial' } & ExplainDenialInput);

/** The tasks of the states ValidateToken, ResolveSubject, MapRole and ExplainDenial. */
export const handler = async (event: DecideEvent): Promise<unknown> => {
  switch (event.task) {
    case 'validate-token':
      return validateToken(ports, authentication, event);
    case 'resolve-subject':
      return resolveSubject(
        ports,
        { ...authentication, grants },
        event.presenter,
        event.onBehalfOf,
      );
    case 'map-role':
      return mapRole(decisions, event);
    case 'explain-denial':
      return explainDenial(grants, event);
  }
};
