import {
  AdminResetUserPasswordCommand,
  DescribeUserPoolClientCommand,
  GetUserCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import srpPackage from 'amazon-user-pool-srp-client';
import {
  clientCredentialsToken,
  initiateAuth,
  refreshTokens,
  respondToChallenge,
  type Tokens,
} from '../../../../user-pool.ts';
import { claimsOf, nameOfRefusal, type Probe } from '../proof.ts';
import type { Stage } from '../stage.ts';

const ofMachines = [
  'auth_time',
  'client_id',
  'exp',
  'iat',
  'iss',
  'jti',
  'scope',
  'sub',
  'token_use',
  'version',
];
const ofPeople = ['username', 'cognito:groups', 'email', 'cognito:username'];

export const machineTokenClaims: Probe = async ({ aws, deployed }) => {
  const { UserPoolClient: client } = await aws.cognitoIdp.send(
    new DescribeUserPoolClientCommand({
      UserPoolId: deployed.userPoolId ?? '',
      ClientId: deployed.clients['batch'] ?? '',
    }),
  );
  const clientId = client?.ClientId ?? '';
  const token = await clientCredentialsToken(
    { clientId, clientSecret: client?.ClientSecret ?? '' },
    deployed.tokenEndpoint ?? '',
    client?.AllowedOAuthScopes ?? [],
  );
  const claims = claimsOf(token);
  const names = Object.keys(claims).sort();
  return {
    shown:
      ofMachines.every((name) => names.includes(name)) &&
      !ofPeople.some((name) => names.includes(name)) &&
      claims['sub'] === clientId &&
      claims['client_id'] === clientId &&
      claims['token_use'] === 'access' &&
      claims['version'] === 2,
    saw: names.join(', '),
  };
};

export const srpAnswerOnce: Probe = async (stage) => {
  const { username, password } = await stage.person();
  const { SRPClient, calculateSignature, getNowString } = srpPackage;
  const poolName = (stage.deployed.userPoolId ?? '').split('_')[1] ?? '';
  const srp = new SRPClient(poolName);
  const asked = await initiateAuth(stage.client, 'USER_SRP_AUTH', username, {
    SRP_A: srp.calculateA(),
  });
  if ('tokens' in asked) return { shown: false, saw: 'tokens without a challenge' };
  const { parameters } = asked.challenge;
  const user = parameters['USER_ID_FOR_SRP'] ?? username;
  const secretBlock = parameters['SECRET_BLOCK'] ?? '';
  const timestamp = getNowString();
  const key = srp.getPasswordAuthenticationKey(
    user,
    password,
    parameters['SRP_B'] ?? '',
    parameters['SALT'] ?? '',
  );
  const answer = () =>
    respondToChallenge(stage.client, asked.challenge, user, {
      PASSWORD_CLAIM_SECRET_BLOCK: secretBlock,
      PASSWORD_CLAIM_SIGNATURE: calculateSignature(key, poolName, user, secretBlock, timestamp),
      TIMESTAMP: timestamp,
    });
  const first = await answer();
  const again = await nameOfRefusal(answer);
  return {
    shown: 'tokens' in first && again === 'NotAuthorizedException',
    saw: `tokens, then ${again ?? 'tokens again'}`,
  };
};

/** A sign-in of this moment. */
export const signInNow = async ({ client, person }: Stage): Promise<Tokens> => {
  const { username, password } = await person();
  const step = await initiateAuth(client, 'USER_PASSWORD_AUTH', username, { PASSWORD: password });
  if ('tokens' in step) return step.tokens;
  throw new TypeError(`A sign-in was asked for ${step.challenge.name}`);
};

const signIns = new WeakMap<Stage['person'], Promise<Tokens>>();

/** Tokens of the run's person, of one sign-in for all probes. */
export const signedIn = (stage: Stage): Promise<Tokens> => {
  const known = signIns.get(stage.person) ?? signInNow(stage);
  signIns.set(stage.person, known);
  return known;
};

export const resetRefusesTokens: Probe = async (stage) => {
  const { aws, client, deployed } = stage;
  const person = await stage.anotherPerson();
  const { username } = person;
  const tokens = await signInNow({ ...stage, person: () => Promise.resolve(person) });
  await aws.cognitoIdp.send(
    new AdminResetUserPasswordCommand({
      UserPoolId: deployed.userPoolId ?? '',
      Username: username,
    }),
  );
  const refusals = [
    await nameOfRefusal(() => refreshTokens(client, username, tokens.refreshToken ?? '')),
    await nameOfRefusal(() =>
      aws.cognitoIdp.send(new GetUserCommand({ AccessToken: tokens.accessToken })),
    ),
  ];
  return {
    shown: refusals.every((name) => name === 'PasswordResetRequiredException'),
    saw: refusals.map((name) => name ?? 'an answer').join(' and '),
  };
};

export const rawToken: Probe = async (stage) => {
  const { api } = stage;
  if (api === null) return { shown: false, saw: 'no profile that says where the API is' };
  const { idToken } = await signedIn(stage);
  const statusWith = async (authorization: string): Promise<number> =>
    (await fetch(`${api}/v1/identity`, { headers: { authorization } })).status;
  const statuses = [await statusWith(`Bearer ${idToken ?? ''}`), await statusWith(idToken ?? '')];
  return { shown: statuses.every((status) => status === 200), saw: statuses.join(' and ') };
};
