import { DescribeIdentityPoolCommand } from '@aws-sdk/client-cognito-identity';
import {
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Finding } from '../finding.ts';
import type { Aws } from './aws.ts';
import type { Deployed } from './deployed.ts';
import { look, orNull } from './look.ts';

/** With these people sign in; machines have no login that could be linked. */
const peoplesClients: ReadonlySet<string> = new Set(['app', 'cli']);

export const checkUserPool = (aws: Aws, { userPoolId, clients }: Deployed): Promise<Finding>[] => [
  look('user-pool', async () => {
    if (userPoolId === null) {
      return { said: 'the deployment uses pools that are not its own', faults: [] };
    }
    const found = await orNull(
      aws.cognitoIdp.send(new DescribeUserPoolCommand({ UserPoolId: userPoolId })),
    );
    const trigger = found?.UserPool?.LambdaConfig?.PreTokenGenerationConfig?.LambdaArn;
    return {
      said: `${userPoolId} is there and asks its trigger for claims`,
      faults:
        found === null
          ? [`there is no user pool ${userPoolId}`]
          : trigger === undefined
            ? [`${userPoolId} has no pre token generation: nobody gets the scopes of the broker`]
            : [],
    };
  }),
  look('user-pool-clients', async () => {
    const missing: string[] = [];
    for (const [name, ClientId] of Object.entries(userPoolId === null ? {} : clients)) {
      const found = await orNull(
        aws.cognitoIdp.send(
          new DescribeUserPoolClientCommand({ UserPoolId: userPoolId ?? '', ClientId }),
        ),
      );
      if (found === null) missing.push(`the user pool has no client "${name}" (${ClientId})`);
    }
    return { said: `${Object.keys(clients).join(', ')} are there`, faults: missing };
  }),
];

export const checkIdentityPool = (
  aws: Aws,
  { identityPoolId, developerProvider, clients }: Deployed,
): Promise<Finding> =>
  look('identity-pool', async () => {
    const pool = await orNull(
      aws.cognitoIdentity.send(new DescribeIdentityPoolCommand({ IdentityPoolId: identityPoolId })),
    );
    if (pool === null) return { said: '', faults: [`there is no identity pool ${identityPoolId}`] };
    const known = new Set(pool.CognitoIdentityProviders?.map(({ ClientId }) => ClientId));
    const unknown = Object.entries(clients).filter(
      ([name, id]) => peoplesClients.has(name) && !known.has(id),
    );
    return {
      said: `${identityPoolId} has the developer provider ${developerProvider}`,
      faults: [
        ...(pool.DeveloperProviderName === developerProvider
          ? []
          : [
              `its developer provider is ${pool.DeveloperProviderName ?? 'missing'}, not ${developerProvider}`,
            ]),
        ...(pool.AllowUnauthenticatedIdentities === true
          ? ['it takes people without any login']
          : []),
        ...unknown.map(([name]) => `it does not take logins of the client "${name}"`),
      ],
    };
  });
