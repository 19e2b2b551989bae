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
