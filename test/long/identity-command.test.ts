import { CognitoIdentityClient, GetIdCommand } from '@aws-sdk/client-cognito-identity';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Ended } from '../support/command.ts';
import { callApi, type ApiAnswer } from '../support/twin/api.ts';
import { startCommandAtTwin, type CommandAtTwin } from '../support/twin/command-at-twin.ts';
import { tokenOfMachine } from '../support/twin/machines.ts';
import { signIn, type Tokens } from '../support/twin/people.ts';

const subOf = ({ idToken }: Tokens): string =>
  (JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()) as { sub: string })
    .sub;

describe('[SEC-05] stepkey identity show, link, adopt, merge, against the twin', () => {
  let world: CommandAtTwin;
  let people: Readonly<Record<'alice' | 'bob', Tokens>>;

  beforeAll(async () => {
    world = await startCommandAtTwin();
    await world.stepkey.run(world.home, ['configure', '--endpoints', world.endpointsFile]);
    people = { alice: await signIn(world.twin, 'alice'), bob: await signIn(world.twin, 'bob') };
  });
  afterAll(() => world.stop());

  const identity = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> => {
    const { accessKeyId, secretAccessKey } = world.twin.endpoints.adminCredentials;
    return world.stepkey.run(world.home, ['--output', 'json', 'identity', ...args], {
      env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, ...env },
    });
  };
  const answerOf = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const ended = await identity(args);
    expect([ended.code, ended.code === 0 ? '' : ended.stderr]).toEqual([0, '']);
    return JSON.parse(ended.stdout) as Record<string, unknown>;
  };
  const subjectOf = (who: keyof typeof people): string => `users:${subOf(people[who])}`;
  const byJob = async (who: keyof typeof people): Promise<ApiAnswer> =>
    callApi(world.twin, 'POST', '/v1/exchange/credentials', {
      token: await tokenOfMachine(world.twin, 'batch'),
      body: { grant: 'reports', subject: subjectOf(who) },
    });
  const byPerson = (who: keyof typeof people): Promise<ApiAnswer> =>
    callApi(world.twin, 'GET', '/v1/identity', { token: people[who].idToken });
  const byOwnApp = async (who: keyof typeof people): Promise<string | undefined> => {
    const { aws, region, identityPoolId, userPoolId } = world.twin.endpoints;
    const client = new CognitoIdentityClient({ region, endpoint: aws });
    const { IdentityId } = await client.send(
      new GetIdCommand({
        IdentityPoolId: identityPoolId,
        Logins: { [`cognito-idp.${region}.amazonaws.com/${userPoolId}`]: people[who].idToken },
      }),
    );
    client.destroy();
    return IdentityId;
  };

  it('says of a stranger that nobody knows it', async () => {
    expect(await answerOf('show', 'users:00000000-0000-4000-8000-000000000000')).toMatchObject({
      standing: 'unknown',
      prefixes: [],
    });
  });

  it('mends what a job and the person’s own app split: adopted, the person has their own identity', async () => {
    const subject = subjectOf('alice');
    const { body: first } = await byJob('alice');
    const ofJob = String(first['identityId']);
    const ofPerson = await byOwnApp('alice');
    expect(ofPerson).not.toBe(ofJob);
    const refused = await byPerson('alice');
    expect(refused).toMatchObject({ status: 409 });
    expect(refused.body['detail']).toContain('stepkey identity adopt');
    expect(await answerOf('show', subject)).toMatchObject({
      standing: 'developer-only',
      registryIdentityId: ofJob,
      poolIdentityId: ofJob,
    });

    // Nobody is there to be asked.
    expect((await identity(['adopt', subject, '--reason', 'case 4711'])).code).toBe(2);
    expect(await answerOf('show', subject)).toMatchObject({ standing: 'developer-only' });

    const adopt = ['adopt', subject, '--reason', 'case 4711', '--yes'];
    expect(await answerOf(...adopt)).toMatchObject({ standing: 'awaits-login', leftBehind: ofJob });
    expect(await answerOf(...adopt)).toMatchObject({ standing: 'awaits-login', leftBehind: null });

    // A job in between does not split it anew.
    const between = await byJob('alice');
    expect(between).toMatchObject({ status: 409 });
    expect(between.body['type']).toContain('login-required');

    expect(await byPerson('alice')).toMatchObject({ status: 200, body: { identityId: ofPerson } });
    expect((await byJob('alice')).body).toMatchObject({ identityId: ofPerson });
    expect(await answerOf(...adopt)).toMatchObject({ standing: 'linked' });
    expect(await byOwnApp('alice')).toBe(ofPerson);
  });

  it('keeps who changed it, and why, in the subject’s row', async () => {
    const { aws: endpoint, region, table, adminCredentials: credentials } = world.twin.endpoints;
    const client = new DynamoDBClient({ endpoint, region, credentials });
    const { Item = {} } = await client.send(
      new GetItemCommand({
        TableName: table,
        Key: { pk: { S: `SUBJECT#${subjectOf('alice')}` }, sk: { S: 'SUBJECT' } },
      }),
    );
    client.destroy();
    expect(Item['identityChange']).toEqual({ S: 'adopt' });
    expect(Item['identityChangeReason']).toEqual({ S: 'case 4711' });
    expect(Item['identityChangedBy']?.S).toMatch(/^arn:aws:/);
  });

  it('merges two subjects into one identity, and says what is left behind', async () => {
    const { body: source } = await byJob('bob');
    const into = subjectOf('alice');
    const args = ['merge', subjectOf('bob'), '--into', into, '--reason', 'one person', '--yes'];
    const merged = await answerOf(...args);
    const { poolIdentityId } = await answerOf('show', into);
    expect(merged).toMatchObject({
      registryIdentityId: poolIdentityId,
      poolIdentityId,
      leftBehind: source['identityId'],
    });
    expect(await answerOf(...args)).toMatchObject({ leftBehind: null });
  });

  it('says what AWS refuses, and what the profile does not say', async () => {
    const withoutRights = await identity(['show', subjectOf('alice')], {
      AWS_SECRET_ACCESS_KEY: 'wrong',
    });
    expect([withoutRights.code, withoutRights.stderr]).toEqual([
      4,
      expect.stringContaining('AWS refuses'),
    ]);
    const elsewhere = await identity(['show', 'users:x', '--identity-pool-id', 'us-east-1:none']);
    expect(elsewhere.code).toBe(4);
  });
});
