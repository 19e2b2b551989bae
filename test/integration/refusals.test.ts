import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Twin } from '../../local/twin.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { callApi, type ApiAnswer } from '../support/twin/api.ts';
import { signIn, type Tokens } from '../support/twin/people.ts';
import { historyOf } from '../support/twin/steps.ts';

/** The parts that make a refusal recognisable, and nothing else of it. */
const kindOf = ({ status, body }: ApiAnswer) => ({
  status,
  type: String(body['type']).split('/').at(-1),
});

describe('refusals, on the twin', () => {
  let twin: Twin;
  let alice: Tokens;
  let frank: Tokens;
  let bob: Tokens;
  let carol: Tokens;
  const upstream: string[] = [];

  beforeAll(async () => {
    twin = await startDemoTwin({
      interceptor: ({ service, operation }) => {
        if (service === 'cognito-identity' || service === 'sts') upstream.push(operation);
      },
    });
    [alice, frank, bob, carol] = await Promise.all([
      signIn(twin, 'alice'),
      signIn(twin, 'frank'),
      signIn(twin, 'bob'),
      signIn(twin, 'carol'),
    ]);
  });
  afterAll(async () => {
    await twin.stop();
  });

  const post = (token: string | undefined, body?: unknown, headers?: Record<string, string>) =>
    callApi(twin, 'POST', '/v1/credentials', {
      ...(token === undefined ? {} : { token }),
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
    });
  const role = (name: string) =>
    `arn:aws:iam::${twin.endpoints.accountId}:role/stepkey/stepkey-by-role-${name}`;

  const rejected = { status: 401, type: 'token-rejected' };
  const refused = { status: 403, type: 'grant-refused' };
  const malformed = { status: 400, type: 'request-malformed' };
  const notMapped = { status: 403, type: 'role-unavailable' };

  it.each<[string, () => Promise<ApiAnswer>, ReturnType<typeof kindOf>]>([
    ['no token', () => post(undefined), rejected],
    ['garbage for a token', () => post('garbage'), rejected],
    [
      'a token with another signature',
      () => post(`${alice.idToken.slice(0, -8)}AAAAAAAA`),
      rejected,
    ],
    ['an access token at an ID door', () => post(alice.accessToken), rejected],
    ['a person without the group', () => post(frank.idToken, { grant: 'own-files' }), refused],
    ['a person with no grant at all', () => post(frank.idToken), refused],
    ['an unknown grant', () => post(alice.idToken, { grant: 'no-such-grant' }), refused],
    ['an unknown field', () => post(alice.idToken, { grants: 'own-files' }), malformed],
    ['a field of the wrong type', () => post(alice.idToken, { grant: 7 }), malformed],
    ['a body that is not JSON', () => post(alice.idToken, '{'), malformed],
    ['a body that is a list', () => post(alice.idToken, []), malformed],
    [
      'more life than the grant gives',
      () => post(alice.idToken, { minTtlSeconds: 3600 }),
      malformed,
    ],
    [
      'a body that is too large',
      () => post(alice.idToken, { grant: 'x'.repeat(20_000) }),
      { status: 413, type: 'request-too-large' },
    ],
    [
      'another content type',
      () => post(alice.idToken, 'grant=own-files', { 'content-type': 'text/plain' }),
      { status: 415, type: 'unsupported-media-type' },
    ],
    [
      'an unknown path',
      () => callApi(twin, 'GET', '/v1/nothing', { token: alice.idToken }),
      { status: 404, type: 'not-found' },
    ],
    [
      'an unknown method',
      () => callApi(twin, 'DELETE', '/v1/credentials', { token: alice.idToken }),
      { status: 405, type: 'method-not-allowed' },
    ],
    [
      'a role outside the allow-list',
      () => post(carol.idToken, { roleArn: role('green') }),
      notMapped,
    ],
    [
      'the cousin of an allowed role',
      () => post(carol.idToken, { roleArn: `${role('red')}x` }),
      notMapped,
    ],
    ['several roles', () => post(carol.idToken), { status: 409, type: 'role-ambiguous' }],
    ['several grants', () => post(bob.idToken), { status: 409, type: 'grant-ambiguous' }],
  ])('%s is refused as a problem document, and reaches no upstream', async (_, ask, kind) => {
    const before = (await historyOf(twin)).length;
    const answer = await ask();
    expect(kindOf(answer)).toEqual(kind);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status: kind.status });
    expect(typeof answer.body['title']).toBe('string');
    expect(answer.text).not.toMatch(/\\n\s+at |node_modules/);
    expect(answer.text).not.toContain(alice.idToken.slice(0, 16));
    expect(upstream).toEqual([]);
    expect(await historyOf(twin)).toHaveLength(before);
  });

  it('tells an unknown grant and one that is not given apart in no way [SEC-02]', async () => {
    const unknown = await post(frank.idToken, { grant: 'no-such-grant' });
    const notGiven = await post(frank.idToken, { grant: 'team-read' });
    expect({ ...unknown.body, instance: null }).toEqual({ ...notGiven.body, instance: null });
  });

  it('names what the caller must choose from', async () => {
    expect((await post(bob.idToken)).body['choices']).toEqual(['own-files', 'team-read']);
    expect((await post(carol.idToken)).body['choices']).toEqual([role('red'), role('blue')]);
  });

  it('says both spellings of code and message on the container path', async () => {
    const { status, body } = await callApi(twin, 'GET', '/v1/container-credentials/team-read', {
      token: alice.idToken,
    });
    expect(status).toBe(403);
    expect(body).toMatchObject({
      code: 'Grant.Refused',
      Code: 'Grant.Refused',
      message: body['detail'],
      Message: body['detail'],
    });
  });
});
