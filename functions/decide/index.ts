import { join } from 'node:path';
import { KMS } from '@aws-sdk/client-kms';
import { clientSettings } from '../../adapters/aws-clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { nodeDigest } from '../../adapters/digest.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { readGrants } from '../../adapters/grant-files.ts';
import { kmsSealer } from '../../adapters/sealer.ts';
import { userPoolTokenVerifier } from '../../adapters/token-verifier.ts';
import { claimsReferencedBy } from '../../core/grants/placeholders.ts';
import { mapRole, type MapRoleInput } from './map-role.ts';
import { validateToken, type ValidateTokenInput } from './validate-token.ts';

const environment = readEnvironment(process.env, {
  AWS_REGION: variables.AWS_REGION,
  AWS_ENDPOINT_URL: variables.AWS_ENDPOINT_URL,
  LAMBDA_TASK_ROOT: variables.LAMBDA_TASK_ROOT,
  SEALING_KEY_ARN: variables.SEALING_KEY_ARN,
  USER_POOLS: variables.USER_POOLS,
  DEVELOPER_PROVIDER: variables.DEVELOPER_PROVIDER,
  IDENTITY_POOL_ID: variables.IDENTITY_POOL_ID,
  MAPPED_ROLE_ARN_PREFIX: variables.MAPPED_ROLE_ARN_PREFIX,
  TEMPLATE_VALUES: variables.TEMPLATE_VALUES,
});
const aws = { region: environment.AWS_REGION, endpoint: environment.AWS_ENDPOINT_URL };
const grants = readGrants(join(environment.LAMBDA_TASK_ROOT, 'grants.json'));

const ports = {
  clock: systemClock,
  verifier: userPoolTokenVerifier({
    userPools: environment.USER_POOLS,
    endpoint: environment.AWS_ENDPOINT_URL,
  }),
  sealer: kmsSealer({
    kms: new KMS(clientSettings('kms', aws)),
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

type DecideEvent =
  | ({ readonly task: 'validate-token' } & ValidateTokenInput)
  | ({ readonly task: 'map-role' } & MapRoleInput);

/** The tasks of the states ValidateToken and MapRole. */
export const handler = async (event: DecideEvent): Promise<unknown> =>
  event.task === 'validate-token'
    ? validateToken(ports, authentication, event)
    : mapRole(decisions, event);
