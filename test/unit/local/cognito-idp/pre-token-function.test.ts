/** The function of the repository as a pool's trigger: each version, on each way to tokens. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  customizeEvent,
  type PreTokenGenerationEvent,
} from '../../../../functions/pre-token-generation/customize-event.ts';
import { tokenClaims } from '../../../support/token-claims.ts';
import {
  claimsOf,
  clientIds,
  createCognitoWorld,
  password,
  personalClient,
  poolSettings,
  tokensOf,
  userPoolId,
} from './cognito-world.ts';
import type { CognitoWorld } from './cognito-world.ts';

const config = tokenClaims(
  {
    idToken: { addClaims: { plan: { constant: 'gold' } }, suppressClaims: ['email'] },
    accessToken: { addClaims: { plan: { constant: 'gold' } }, addScopes: ['stepkey/credentials'] },
  },
  { when: { groups: { anyOf: ['auditors'] } }, accessToken: { addScopes: ['stepkey/audit'] } },
  { when: { groups: { anyOf: ['red'] } }, replaceGroups: { groups: ['guests'] } },
  {
    for: 'machines',
    when: { scopes: { anyOf: ['stepkey/credentials'] }, clients: { anyOf: [clientIds.service] } },
    accessToken: {
      addClaims: { tenant: { constant: { id: 7 } } },
      addScopes: ['stepkey/act-as'],
    },
  },
  {
    for: 'machines',
    when: { clients: { anyOf: ['another'] } },
    accessToken: { suppressScopes: ['stepkey/credentials'] },
  },
);

const triggers: string[] = [];
let world: CognitoWorld;

beforeAll(async () => {
  world = await createCognitoWorld({
    preTokenGeneration: (event) => {
      triggers.push(`${String(event['version'])} ${String(event['triggerSource'])}`);
      return Promise.resolve(customizeEvent(config, event as unknown as PreTokenGenerationEvent));
    },
  });
  await world.addGroup('auditors');
  await world.addGroup('red');
  await world.cognito.putResourceServer({
    userPoolId,
    identifier: 'stepkey',
    name: 'stepkey',
    scopes: ['credentials', 'audit'],
  });
  await world.cognito.putDomain(userPoolId, 'stepkey');
  await world.cognito.putClient(clientIds.service, userPoolId, {
    ...personalClient,
    explicitAuthFlows: [],
    allowedOAuthFlows: ['client_credentials'],
    allowedOAuthScopes: ['stepkey/credentials'],
  });
});

/** By each trigger: the tokens of a new password, of a sign-in, of a refresh; and a machine's. */
const everyToken = async (username: string, groups: readonly string[]) => {
  await world.cognito.importUser(userPoolId, {
    username,
    password,
    temporary: true,
    enabled: true,
    attributes: { email: `${username}@example.com` },
    groups,
  });
  const challenge = await world.signIn(username);
  const renewed = 'Another-horse-1';
  const first = tokensOf(
    await world.run('RespondToAuthChallenge', {
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      ClientId: clientIds.cli,
      Session: challenge['Session'],
      ChallengeResponses: { USERNAME: username, NEW_PASSWORD: renewed },
    }),
  );
  const second = tokensOf(
    await world.signIn(username, { AuthParameters: { USERNAME: username, PASSWORD: renewed } }),
  );
  const third = tokensOf(await world.refresh(second.RefreshToken));
  const secret = (await world.cognito.clientSecret(clientIds.service)) ?? '';
  const machine = await world.cognito.tokenEndpoint(
    new URLSearchParams({ grant_type: 'client_credentials' }),
    `Basic ${Buffer.from(`${clientIds.service}:${secret}`).toString('base64')}`,
  );
  return {
    people: [first, second, third].map(({ IdToken, AccessToken }) => ({
      id: claimsOf(IdToken),
      access: claimsOf(AccessToken),
    })),
    machine: claimsOf(String(machine.body['access_token'])),
  };
};

const scopesOf = (claims: Record<string, unknown>): string[] => String(claims['scope']).split(' ');

describe.each(['V1_0', 'V2_0', 'V3_0'] as const)('the function as trigger %s', (lambdaVersion) => {
  beforeAll(async () => {
    triggers.length = 0;
    const preTokenGeneration = { lambdaArn: 'arn:aws:lambda:x', lambdaVersion };
    await world.cognito.putUserPool(userPoolId, { ...poolSettings, preTokenGeneration });
  });

  it('customizes new-password, sign-in and refresh; a machine by the rules for machines, where it is asked', async () => {
    const { people, machine } = await everyToken(`audrey-${lambdaVersion}`, ['auditors']);
    const isFirst = lambdaVersion === 'V1_0';
    for (const { id, access } of people) {
      expect(id).toMatchObject({ plan: 'gold', 'cognito:groups': ['auditors'] });
      expect(id).not.toHaveProperty('email');
      // Events of version 1 know no changes to the access token.
      expect(access['plan']).toBe(isFirst ? undefined : 'gold');
      expect(scopesOf(access)).toEqual([
        'aws.cognito.signin.user.admin',
        ...(isFirst ? [] : ['stepkey/credentials', 'stepkey/audit']),
      ]);
    }
    const asksForMachines = lambdaVersion === 'V3_0';
    expect(machine).not.toHaveProperty('plan');
    expect(machine['tenant']).toEqual(asksForMachines ? { id: 7 } : undefined);
    expect(scopesOf(machine)).toEqual([
      'stepkey/credentials',
      ...(asksForMachines ? ['stepkey/act-as'] : []),
    ]);
    const version = lambdaVersion.charAt(1);
    expect(triggers).toEqual([
      `${version} TokenGeneration_NewPasswordChallenge`,
      `${version} TokenGeneration_Authentication`,
      `${version} TokenGeneration_RefreshTokens`,
      ...(asksForMachines ? ['3 TokenGeneration_ClientCredentials'] : []),
    ]);
  });

  it('replaces the groups of both tokens', async () => {
    const { people } = await everyToken(`rita-${lambdaVersion}`, ['red']);
    for (const { id, access } of people) {
      expect(id['cognito:groups']).toEqual(['guests']);
      expect(access['cognito:groups']).toEqual(['guests']);
    }
  });
});
