import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { OAuthScope, UserPool, type UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import { addBrokerScopes } from 'stepkey/cdk';

/** Stands for the user pool that you already have. The broker needs its scopes in there, for machines. */
export class PeopleStack extends Stack {
  readonly userPool: UserPool;
  readonly clients: Readonly<Record<'web' | 'spa' | 'nightly', UserPoolClient>>;

  constructor(scope: Construct, id: string, props: StackProps & { readonly spaUrl: string }) {
    super(scope, id, props);
    this.userPool = new UserPool(this, 'Pool', { removalPolicy: RemovalPolicy.DESTROY });
    this.userPool.addGroup('staff', { groupName: 'staff' });
    this.userPool.addDomain('Domain', { cognitoDomain: { domainPrefix: `acme-${this.account}` } });
    const scopes = addBrokerScopes(this.userPool);
    this.clients = {
      web: this.userPool.addClient('web', { authFlows: { userPassword: true } }),
      spa: this.userPool.addClient('spa', {
        generateSecret: false,
        oAuth: {
          flows: { authorizationCodeGrant: true },
          scopes: [OAuthScope.OPENID],
          callbackUrls: [props.spaUrl],
        },
      }),
      nightly: this.userPool.addClient('nightly', {
        generateSecret: true,
        oAuth: { flows: { clientCredentials: true }, scopes: [scopes['act-as']] },
      }),
    };
    new CfnOutput(this, 'UserPoolId', { value: this.userPool.userPoolId });
    for (const [name, client] of Object.entries(this.clients)) {
      new CfnOutput(this, `ClientId${name}`, { value: client.userPoolClientId });
    }
  }
}
