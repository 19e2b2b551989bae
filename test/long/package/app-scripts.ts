/** What users write who have an app of their own and run it on the twin of the package, as a module and as CommonJS. */
import type { Kind } from './user-scripts.ts';

const importing = (kind: Kind, modules: Readonly<Record<string, string>>): string =>
  Object.entries(modules)
    .map(([module, names]) =>
      kind === 'module'
        ? `import { ${names} } from '${module}';\n`
        : `const { ${names} } = require('${module}');\n`,
    )
    .join('');

/** Synthesizes, into `directory`, an app with people, one app client and the grants of `grants/`. */
export const appOf = (
  kind: Kind,
  directory: string,
): string => `${importing(kind, { 'aws-cdk-lib': 'App, CfnOutput, Stack', 'aws-cdk-lib/aws-cognito': 'UserPool', 'stepkey/cdk': 'CredentialBroker' })}
const app = new App({
  outdir: ${JSON.stringify(directory)},
  analyticsReporting: false,
  treeMetadata: false,
  builtinCloudFormationValidation: false,
  context: { '@aws-cdk/core:enablePartitionLiterals': true },
});
const stack = new Stack(app, 'Acme');
const userPool = new UserPool(stack, 'People');
userPool.addGroup('Staff', { groupName: 'staff' });
const web = userPool.addClient('Web', { authFlows: { userPassword: true } });
new CredentialBroker(stack, 'Broker', {
  userPools: [{ alias: 'staff', userPool, clients: { web: web.userPoolClientId } }],
  grantsDirectory: 'grants',
  deploymentName: 'acme',
});
new CfnOutput(stack, 'UserPoolId', { value: userPool.userPoolId });
new CfnOutput(stack, 'ClientId', { value: web.userPoolClientId });
app.synth();
`;

/** Makes a person on a twin of that app, signs them in, and prints what the broker and the provider give. */
export const appStoryOf = (
  kind: Kind,
  directory: string,
): string => `${importing(kind, { 'stepkey/local': 'startAppTwin', stepkey: 'fromStepkey' })}
const main = async () => {
  const twin = await startAppTwin({ assembly: ${JSON.stringify(directory)} });
  try {
    const { UserPoolId, ClientId } = twin.outputs.Acme;
    const ada = { UserPoolId, Username: 'ada' };
    await twin.call('cognito-idp', 'AdminCreateUser', { ...ada, MessageAction: 'SUPPRESS' });
    await twin.call('cognito-idp', 'AdminSetUserPassword', { ...ada, Password: 'Correct-horse-1', Permanent: true });
    await twin.call('cognito-idp', 'AdminAddUserToGroup', { ...ada, GroupName: 'staff' });
    const { AuthenticationResult } = await twin.call('cognito-idp', 'InitiateAuth', {
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId,
      AuthParameters: { USERNAME: 'ada', PASSWORD: 'Correct-horse-1' },
    });
    const token = AuthenticationResult.IdToken;
    const issued = await fetch(twin.api + '/v1/credentials', { method: 'POST', headers: { authorization: token } });
    const { assumedRoleArn, credentials } = await issued.json();
    const provided = await fromStepkey({ api: twin.api, token })();
    console.log(JSON.stringify({
      status: issued.status,
      assumedRoleArn,
      issuedKey: credentials.accessKeyId,
      providedKey: provided.accessKeyId,
    }));
  } finally {
    await twin.stop();
  }
};
main();
`;
