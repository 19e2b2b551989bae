/** Reads what was deployed into the description that scripts and tools rely on. */
import type { DeployedStacks } from './deploy/deploy.ts';
import { clientNames } from './endpoints.ts';
import type { ClientEndpoint, ClientName, Endpoints } from './endpoints.ts';
import { twinAccountId, twinRegion } from './identity.ts';
import type { TwinServices } from './twin-services.ts';

export const identityStack = 'StepkeyIdentity';
const brokerStack = 'StepkeyBroker';

const clientsOf = async (
  stacks: DeployedStacks,
  { cognitoIdp }: TwinServices,
): Promise<Record<ClientName, ClientEndpoint>> => {
  const clients = await Promise.all(
    clientNames.map(async (name): Promise<[ClientName, ClientEndpoint]> => {
      const output = `ClientId${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      const clientId = stacks.output(identityStack, output);
      const clientSecret = await cognitoIdp.clientSecret(clientId);
      const scopes = cognitoIdp.clientScopes(clientId);
      return [
        name,
        {
          clientId,
          ...(clientSecret === null ? {} : { clientSecret }),
          ...(scopes.length === 0 ? {} : { scopes }),
        },
      ];
    }),
  );
  return Object.fromEntries(clients) as Record<ClientName, ClientEndpoint>;
};

export const endpointsOf = async (
  stacks: DeployedStacks,
  services: TwinServices,
  place: { readonly api: string; readonly aws: string; readonly signingKeysFile: string },
): Promise<Endpoints> => ({
  api: place.api,
  console: `${place.api}/console`,
  aws: place.aws,
  region: twinRegion,
  accountId: twinAccountId,
  userPoolId: stacks.output(identityStack, 'UserPoolId'),
  issuer: stacks.output(identityStack, 'UserPoolIssuer'),
  clients: await clientsOf(stacks, services),
  tokenEndpoint: `${place.aws}/oauth2/token`,
  identityPoolId: stacks.output(identityStack, 'IdentityPoolId'),
  developerProvider: stacks.output(identityStack, 'DeveloperProvider'),
  bucket: stacks.output(brokerStack, 'BucketName'),
  ...(stacks.hasOutput(brokerStack, 'LedgerBucketName')
    ? { ledgerBucket: stacks.output(brokerStack, 'LedgerBucketName') }
    : {}),
  table: stacks.output(brokerStack, 'TableName'),
  stateMachines: {
    'issue-credentials': stacks.output(brokerStack, 'IssueCredentialsArn'),
    revoke: stacks.output(brokerStack, 'RevokeArn'),
    'issue-batch': stacks.output(brokerStack, 'IssueBatchArn'),
  },
  signingKeysFile: place.signingKeysFile,
  adminCredentials: services.admin,
  pid: process.pid,
});
