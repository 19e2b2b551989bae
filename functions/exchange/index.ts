import { CognitoIdentityClient } from '@aws-sdk/client-cognito-identity';
import { KMSClient } from '@aws-sdk/client-kms';
import { STSClient } from '@aws-sdk/client-sts';
import { systemClock } from '../../adapters/clock.ts';
import { nodeDigest } from '../../adapters/digest.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { awsVariables, meteredAws } from '../../adapters/metered-aws.ts';
import { identityPoolTokenSource } from '../../adapters/open-id-token-source.ts';
import { kmsSealer } from '../../adapters/sealer.ts';
import { stsCredentialIssuer } from '../../adapters/sts.ts';
import { systemTimer } from '../../adapters/timer.ts';
import { assumeMappedRole, type AssumeMappedRoleInput } from './assume-mapped-role.ts';
import { obtainOpenIdToken, type ObtainOpenIdTokenInput } from './obtain-open-id-token.ts';

const environment = readEnvironment(process.env, {
  ...awsVariables,
  SEALING_KEY_ARN: variables.SEALING_KEY_ARN,
  IDENTITY_POOL_ID: variables.IDENTITY_POOL_ID,
  DEVELOPER_PROVIDER: variables.DEVELOPER_PROVIDER,
});
const { client } = meteredAws(environment);

const ports = {
  clock: systemClock,
  timer: systemTimer,
  openIdTokens: identityPoolTokenSource({
    client: client('cognito-identity', CognitoIdentityClient),
    identityPoolId: environment.IDENTITY_POOL_ID,
  }),
  issuer: stsCredentialIssuer(client('sts', STSClient)),
  sealer: kmsSealer({
    client: client('kms', KMSClient),
    keyArn: environment.SEALING_KEY_ARN,
  }),
  digest: nodeDigest,
};
const context = { developerProvider: environment.DEVELOPER_PROVIDER };

type ExchangeEvent =
  | { readonly task: 'warm-up' }
  | ({ readonly task: 'obtain-open-id-token' } & ObtainOpenIdTokenInput)
  | ({ readonly task: 'assume-mapped-role' } & AssumeMappedRoleInput);

/** The tasks of the states WarmExchange, ObtainOpenIdToken and AssumeMappedRole. */
export const handler = async (event: ExchangeEvent): Promise<unknown> => {
  // That this process is there is all that was asked for, whatever else the event has.
  if (event.task === 'warm-up') return null;
  return event.task === 'obtain-open-id-token'
    ? obtainOpenIdToken(ports, context, event)
    : assumeMappedRole(ports, event);
};
