/** What users write who have only the package, as a module and as CommonJS. */

export const kinds = ['module', 'commonjs'] as const;
export type Kind = (typeof kinds)[number];

const opening: Readonly<Record<Kind, string>> = {
  module: "import { startTwin } from 'stepkey/local';\nimport { fromStepkey } from 'stepkey';\n",
  commonjs:
    "const { startTwin } = require('stepkey/local');\nconst { fromStepkey } = require('stepkey');\n",
};

/** Signs alice in, asks the API and the provider for credentials, and prints what came. */
const story = `
const main = async () => {
  const twin = await startTwin();
  try {
    const { api, aws, clients } = twin.endpoints;
    const signedIn = await fetch(aws, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
      },
      body: JSON.stringify({
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: clients.cli.clientId,
        AuthParameters: { USERNAME: 'alice', PASSWORD: 'Correct-horse-1' },
      }),
    });
    const token = (await signedIn.json()).AuthenticationResult.IdToken;
    const issued = await fetch(api + '/v1/credentials', {
      method: 'POST',
      headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
      body: JSON.stringify({ grant: 'own-files' }),
    });
    const { credentials, assumedRoleArn } = await issued.json();
    const provided = await fromStepkey({ api, token, grant: 'own-files' })();
    console.log(JSON.stringify({
      status: issued.status,
      assumedRoleArn,
      issuedKey: credentials.accessKeyId,
      providedKey: provided.accessKeyId,
      lifeSeconds: Math.round((provided.expiration.getTime() - Date.now()) / 1000),
    }));
  } finally {
    await twin.stop();
  }
};
main();
`;

export const storyOf = (kind: Kind): string => `${opening[kind]}${story}`;

/** A twin that says where it is and runs until its input ends. */
export const twinUntilInputEnds = `
import { startTwin } from 'stepkey/local';
const twin = await startTwin();
console.log(JSON.stringify(twin.endpoints));
process.stdin.on('end', () => twin.stop()).resume();
`;

/** Twice on one directory: prints the user pools' ids, or the refusal. */
export const keepsState = (directory: string): string => `
import { startTwin } from 'stepkey/local';
const ids = [];
try {
  for (const turn of [1, 2]) {
    const twin = await startTwin({ stateDirectory: ${JSON.stringify(directory)}, users: 'none' });
    ids.push(twin.endpoints.userPoolId);
    await twin.stop();
  }
  console.log(JSON.stringify({ ids }));
} catch (error) {
  console.log(JSON.stringify({ refusal: error.message }));
}
`;

const cdkOpening: Readonly<Record<Kind, string>> = {
  module:
    "import { App, Stack } from 'aws-cdk-lib';\nimport { UserPool } from 'aws-cdk-lib/aws-cognito';\nimport { CredentialBroker } from 'stepkey/cdk';\n",
  commonjs:
    "const { App, Stack } = require('aws-cdk-lib');\nconst { UserPool } = require('aws-cdk-lib/aws-cognito');\nconst { CredentialBroker } = require('stepkey/cdk');\n",
};

/** An app of a user's own with one grant, in `grants/`: prints what kinds of resources came of it, and the machines' texts. */
export const synthesisOf = (kind: Kind): string => `${cdkOpening[kind]}
const app = new App({ analyticsReporting: false, treeMetadata: false, builtinCloudFormationValidation: false });
const stack = new Stack(app, 'Acme');
new CredentialBroker(stack, 'Broker', {
  userPools: [{
    alias: 'staff',
    userPool: UserPool.fromUserPoolId(stack, 'Pool', 'eu-central-1_AbCdEf123'),
    clients: { web: '1example23456789' },
  }],
  grantsDirectory: 'grants',
  deploymentName: 'acme',
});
const assembly = app.synth();
const resources = Object.values(assembly.getStackByName('Acme').template.Resources);
const of = (type) => resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
console.log(JSON.stringify({
  functions: of('AWS::Lambda::Function').map(({ FunctionName }) => FunctionName).sort(),
  versions: [...new Set(of('AWS::Lambda::Function').map(({ Environment }) => Environment.Variables.STEPKEY_VERSION))],
  machines: Object.fromEntries(of('AWS::StepFunctions::StateMachine').map(({ StateMachineName, DefinitionString }) => [StateMachineName, DefinitionString])),
  roles: of('AWS::IAM::Role').map(({ RoleName }) => RoleName).filter(Boolean),
}));
`;
