import { beforeEach, describe, expect, it } from '@jest/globals';
import { createDiffieHellmanGroup, createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isSrpPublicValue,
  srpSignature,
  srpVerifierOf,
} from '../../../../local/services/cognito-idp/srp.ts';
import {
  awsErrorOf,
  clientIds,
  createCognitoWorld,
  password,
  personalClient,
  tokensOf,
  userPoolId,
} from './cognito-world.ts';
import type { CognitoWorld } from './cognito-world.ts';
import { createSrpClient } from './srp-client.ts';

const vector = JSON.parse(
  await readFile(join(import.meta.dirname, 'srp-vector.json'), 'utf8'),
) as Record<string, string>;
const given = (name: string): string => vector[name] ?? '';

describe('the SRP of user pools', () => {
  const identity = { userPoolId: given('userPoolId'), userId: given('userId') };
  const verifier = srpVerifierOf(identity, given('password'), given('salt'));

  it('derives the verifier and expects the signature that another implementation makes', () => {
    expect(verifier).toEqual({ salt: given('salt'), verifier: given('verifier') });
    const digest = createHash('sha256').update(given('serverSecretIsSha256Of')).digest('hex');
    const signature = srpSignature({
      identity,
      verifier,
      exchange: { secret: BigInt(`0x${digest}`), publicValue: given('serverPublicValue') },
      clientPublicValue: given('clientPublicValue'),
      secretBlock: given('secretBlock'),
      timestamp: given('timestamp'),
    });
    expect(signature).toBe(given('signature'));
  });

  it.each([
    ['zero', '0'],
    ['the prime, which is zero in its group', createDiffieHellmanGroup('modp15').getPrime('hex')],
    ['nothing', ''],
    ['no number', 'xyz'],
    ['a sign', '-1'],
    ['more digits than the group has', 'f'.repeat(800)],
  ])('takes no public value that is %s', (_case, hex) => {
    expect(isSrpPublicValue(hex)).toBe(false);
  });
});

describe('USER_SRP_AUTH', () => {
  let world: CognitoWorld;

  beforeEach(async () => {
    world = await createCognitoWorld();
    await world.addUser('alice');
    const explicitAuthFlows = ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_PASSWORD_AUTH'];
    await world.cognito.putClient(clientIds.app, userPoolId, {
      ...personalClient,
      explicitAuthFlows,
    });
    await world.cognito.putClient(clientIds.cli, userPoolId, {
      ...personalClient,
      explicitAuthFlows,
      generateSecret: false,
      preventUserExistenceErrors: false,
    });
  });

  const start = async (username: string, secret: string, hash?: string) => {
    const client = createSrpClient(userPoolId, secret);
    const asked = await world.run('InitiateAuth', {
      AuthFlow: 'USER_SRP_AUTH',
      ClientId: hash === undefined ? clientIds.cli : clientIds.app,
      AuthParameters: {
        USERNAME: username,
        SRP_A: client.publicValue,
        ...(hash === undefined ? {} : { SECRET_HASH: hash }),
      },
    });
    const challenge = asked['ChallengeParameters'] as Record<string, string>;
    return { asked, challenge, responses: client.answer(challenge) };
  };

  const respond = (responses: Record<string, string>, clientId = clientIds.cli) =>
    world.run('RespondToAuthChallenge', {
      ChallengeName: 'PASSWORD_VERIFIER',
      ClientId: clientId,
      ChallengeResponses: responses,
    });

  it('asks in AWS’s shape and ends in tokens', async () => {
    const { asked, responses } = await start('alice', password);
    expect(asked).toEqual({
      ChallengeName: 'PASSWORD_VERIFIER',
      ChallengeParameters: {
        SALT: expect.stringMatching(/^[0-9a-f]{32}$/),
        SECRET_BLOCK: expect.any(String),
        SRP_B: expect.stringMatching(/^[0-9a-f]{700,768}$/),
        USERNAME: 'alice',
        USER_ID_FOR_SRP: 'alice',
      },
    });
    expect(tokensOf(await respond(responses)).RefreshToken).toEqual(expect.any(String));
  });

  it('refuses a wrong password, and an exchange that was used, too old, another client’s or forged', async () => {
    const wrong = await start('alice', 'Wrong-horse-1');
    expect(await awsErrorOf(respond(wrong.responses))).toMatchObject({
      code: 'NotAuthorizedException',
      message: 'Incorrect username or password.',
    });
    const used = await start('alice', password);
    await respond(used.responses);
    const late = await start('alice', password);
    const other = await start('alice', password);
    const hash = await world.hashFor('alice');
    const refusals = [
      await awsErrorOf(respond(used.responses)),
      await awsErrorOf(respond({ ...other.responses, SECRET_HASH: hash }, clientIds.app)),
      await awsErrorOf(respond({ ...other.responses, PASSWORD_CLAIM_SECRET_BLOCK: 'AAAA' })),
    ];
    world.time.epochMillis += 180_000;
    refusals.push(await awsErrorOf(respond(late.responses)));
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        code: 'NotAuthorizedException',
        message: 'Invalid session for the user.',
      });
    }
  });

  it('refuses a proof of a password that was changed meanwhile, and of a user who was disabled', async () => {
    const before = await start('alice', password);
    await world.run('AdminSetUserPassword', {
      UserPoolId: userPoolId,
      Username: 'alice',
      Password: 'Another-horse-2',
      Permanent: true,
    });
    expect((await awsErrorOf(respond(before.responses))).message).toBe(
      'Incorrect username or password.',
    );
    const after = await start('alice', 'Another-horse-2');
    await world.run('AdminDisableUser', { UserPoolId: userPoolId, Username: 'alice' });
    expect((await awsErrorOf(respond(after.responses))).message).toBe('User is disabled.');
  });

  it('proves nothing for somebody else', async () => {
    await world.addUser('bob');
    const { responses } = await start('alice', password);
    expect((await awsErrorOf(respond({ ...responses, USERNAME: 'bob' }))).message).toBe(
      'Incorrect username or password.',
    );
  });

  it('asks a stranger the same way, with the same salt each time, where the client hides who exists', async () => {
    const hash = await world.hashFor('nobody');
    const first = await start('nobody', password, hash);
    const second = await start('nobody', password, hash);
    expect(first.challenge['SALT']).toBe(second.challenge['SALT']);
    const refusal = await awsErrorOf(
      respond({ ...first.responses, SECRET_HASH: hash }, clientIds.app),
    );
    expect(refusal.message).toBe('Incorrect username or password.');
    expect((await awsErrorOf(start('nobody', password))).code).toBe('UserNotFoundException');
  });

  it('demands a new password after a temporary one', async () => {
    await world.run('AdminCreateUser', {
      UserPoolId: userPoolId,
      Username: 'erin',
      TemporaryPassword: 'Change-me-1',
    });
    const { responses } = await start('erin', 'Change-me-1');
    expect(await respond(responses)).toMatchObject({
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: expect.any(String),
    });
  });

  it('needs a public value, a right hash, and the flow to be enabled', async () => {
    const ask = (parameters: Record<string, string>, ClientId = clientIds.cli) =>
      world.run('InitiateAuth', {
        AuthFlow: 'USER_SRP_AUTH',
        ClientId,
        AuthParameters: { USERNAME: 'alice', ...parameters },
      });
    expect((await awsErrorOf(ask({}))).code).toBe('InvalidParameterException');
    expect((await awsErrorOf(ask({ SRP_A: '0' }))).code).toBe('InvalidParameterException');
    expect((await awsErrorOf(ask({ SRP_A: '2' }, clientIds.app))).code).toBe(
      'NotAuthorizedException',
    );
    await world.cognito.putClient(clientIds.cli, userPoolId, {
      ...personalClient,
      generateSecret: false,
    });
    expect((await awsErrorOf(ask({ SRP_A: '2' }))).code).toBe('InvalidParameterException');
  });
});
