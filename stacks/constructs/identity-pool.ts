import type { RemovalPolicy } from 'aws-cdk-lib';
import { CfnIdentityPool } from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import type { UserPoolSource } from '../user-pool-source.ts';

/** The broker's login name in an identity pool of its own; AWS never lets it change. */
export const ownDeveloperProvider = 'login.stepkey';

/**
 * An identity pool that gives nobody anything by itself: no stranger, and no role for those it knows.
 * @param logins user pools whose people have an identity in it, each with the ids of the clients that they use
 */
export const createIdentityPool = (
  scope: Construct,
  options: {
    readonly name: string;
    readonly developerProvider: string;
    readonly logins: readonly {
      readonly userPool: UserPoolSource['userPool'];
      readonly clientIds: readonly string[];
    }[];
    readonly removalPolicy: RemovalPolicy;
  },
): CfnIdentityPool => {
  const pool = new CfnIdentityPool(scope, 'IdentityPool', {
    identityPoolName: options.name,
    developerProviderName: options.developerProvider,
    allowUnauthenticatedIdentities: false,
    // A person's own app takes the classic flow; roles pin the developer provider, so that this opens none of them.
    allowClassicFlow: true,
    cognitoIdentityProviders: options.logins.flatMap(({ userPool, clientIds }) =>
      clientIds.map((clientId) => ({
        clientId,
        providerName: userPool.userPoolProviderName,
        serverSideTokenCheck: true,
      })),
    ),
  });
  pool.applyRemovalPolicy(options.removalPolicy);
  return pool;
};
