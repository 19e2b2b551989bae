import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { withCallerCredentials } from '../../client/lambda/with-caller-credentials.ts';
import type { Twin } from '../../local/twin.ts';
import { callApi } from '../support/twin/api.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { signIn } from '../support/twin/people.ts';

let twin: Twin;
let tokens: Readonly<Record<'alice' | 'bob', string>>;

beforeAll(async () => {
  twin = await startDemoTwin();
  const [alice, bob] = await Promise.all([signIn(twin, 'alice'), signIn(twin, 'bob')]);
  tokens = { alice: alice.idToken, bob: bob.idToken };
});
afterAll(() => twin.stop());

/** A function that asks AWS who it is, with what the middleware gives it. */
const whoAmI = (grant: string) =>
  withCallerCredentials(
    async (_event: { headers: Record<string, string> }, _context: object, caller) => {
      const sts = new STSClient({
        region: twin.endpoints.region,
        endpoint: twin.endpoints.aws,
        credentials: caller.credentials,
      });
      const { Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
      sts.destroy();
      return { statusCode: 200, body: JSON.stringify({ arn: Arn, identityId: caller.identityId }) };
    },
    { api: twin.endpoints.api, grant },
  );

const asked = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

const identityOf = async (token: string): Promise<unknown> =>
  (await callApi(twin, 'GET', '/v1/identity', { token })).body['identityId'];

const subOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string })
    .sub;

describe('a function behind the authorizer, with tokens of the user pool', () => {
  it('acts at AWS as each of its callers, with their identity', async () => {
    const handler = whoAmI('own-files');
    const people = ['alice', 'bob', 'alice'] as const;
    const answers = await Promise.all(people.map((name) => handler(asked(tokens[name]), {})));
    for (const [index, name] of people.entries()) {
      const { statusCode, body } = answers[index] ?? { statusCode: 0, body: '{}' };
      expect(statusCode).toBe(200);
      const { arn, identityId } = JSON.parse(body) as { arn: string; identityId: string };
      expect(arn.endsWith(`/${subOf(tokens[name])}`)).toBe(true);
      expect(identityId).toBe(await identityOf(tokens[name]));
    }
  });

  it('does not run for who is refused, and says so', async () => {
    const { statusCode, body } = await whoAmI('none')(asked(tokens.alice), {});
    expect(statusCode).toBe(403);
    expect(body).not.toContain('arn');
  });

  it('does not run for a token that nobody signed', async () => {
    const forged = `${tokens.alice.split('.').slice(0, 2).join('.')}.${'A'.repeat(342)}`;
    expect((await whoAmI('own-files')(asked(forged), {})).statusCode).toBe(401);
  });
});
