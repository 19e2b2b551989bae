import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Twin } from '../../local/twin.ts';
import { callApi } from '../support/twin/api.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { signIn } from '../support/twin/people.ts';
import { operatorOf, type Operator } from '../support/twin/revocations.ts';
import { listWith, type WireCredentials } from '../support/twin/use-files.ts';

interface Listed {
  readonly revocationId: string;
  readonly target: { readonly subject?: string };
  readonly requestedBy: string;
  readonly reason: string;
}

const patienceMillis = 15_000;

describe('what changes in the user pool, on the twin', () => {
  let twin: Twin;
  let operator: Operator;

  beforeAll(async () => {
    twin = await startDemoTwin();
    operator = await operatorOf(twin);
  });
  afterAll(async () => {
    await twin.stop();
  });

  const revocationsOf = async (subject: string): Promise<readonly Listed[]> => {
    const { body } = await callApi(twin, 'GET', '/v1/revocations?limit=100', {
      token: operator.token,
    });
    return (body['revocations'] as readonly Listed[]).filter(
      ({ target }) => target.subject === subject,
    );
  };
  const admin = (operation: string, input: object) =>
    twin.call('cognito-idp', operation, { UserPoolId: twin.endpoints.userPoolId, ...input });

  it('ends nothing when somebody joins a group that no rule refuses, or is enabled', async () => {
    const { idToken: token } = await signIn(twin, 'frank');
    const { body } = await callApi(twin, 'GET', '/v1/identity', { token });
    await admin('AdminAddUserToGroup', { Username: 'frank', GroupName: 'readers' });
    await admin('AdminEnableUser', { Username: 'frank' });
    // Events come in order: once that of somebody else has had its effect, these have had theirs.
    await admin('AdminUserGlobalSignOut', { Username: 'oscar' });
    const oscar = await subjectOf('oscar');
    const deadline = Date.now() + patienceMillis;
    while ((await revocationsOf(oscar)).length === 0 && Date.now() < deadline) await wait(50);
    expect(await revocationsOf(oscar)).toHaveLength(1);
    expect(await revocationsOf(String(body['subject']))).toEqual([]);
    const handedOut = await callApi(twin, 'POST', '/v1/credentials', {
      token: (await signIn(twin, 'frank')).idToken,
      body: { grant: 'own-files' },
    });
    expect(handedOut.status).toBe(200);
  });

  it.each([
    ['alice', 'AdminUserGlobalSignOut', {}],
    ['bob', 'AdminRemoveUserFromGroup', { GroupName: 'writers' }],
    ['carol', 'AdminDisableUser', {}],
    ['audrey', 'AdminDeleteUser', {}],
    ['frank', 'GlobalSignOut', {}],
  ])('ends the sessions of %s by itself after %s [SEC-34]', async (username, operation, extra) => {
    if (username === 'audrey') {
      await admin('AdminAddUserToGroup', { Username: username, GroupName: 'readers' });
    }
    const { idToken: token, accessToken } = await signIn(twin, username);
    const body =
      username === 'carol'
        ? { grant: 'by-role', roleArn: await roleOf(token) }
        : { grant: 'own-files' };
    const answer = await callApi(twin, 'POST', '/v1/credentials', { token, body });
    expect(answer.status).toBe(200);
    const { credentials, subject, identityId } = answer.body as {
      credentials: WireCredentials;
      subject: string;
      identityId: string;
    };

    await (operation === 'GlobalSignOut'
      ? twin.call('cognito-idp', operation, { AccessToken: accessToken })
      : admin(operation, { Username: username, ...extra }));
    const deadline = Date.now() + patienceMillis;
    while ((await revocationsOf(subject)).length === 0 && Date.now() < deadline) await wait(50);
    const [made, ...others] = await revocationsOf(subject);
    expect(others).toEqual([]);
    expect(made).toMatchObject({ requestedBy: 'stepkey' });
    expect(made?.reason).toContain(`user pool: ${operation}, event `);
    await operator.until(made?.revocationId, 'in-force');

    const refused = await callApi(twin, 'POST', '/v1/credentials', { token, body });
    expect(refused.body['type']).toMatch(/revoked$/);
    expect(await listWith(twin, credentials, `private/${identityId}/`)).toBe('AccessDenied');
  });

  const subjectOf = async (username: string): Promise<string> => {
    const { UserAttributes } = (await admin('AdminGetUser', { Username: username })) as {
      UserAttributes: { Name: string; Value: string }[];
    };
    return `users:${UserAttributes.find(({ Name }) => Name === 'sub')?.Value ?? ''}`;
  };
  const roleOf = (token: string): Promise<string> => {
    const { 'cognito:roles': roles = [] } = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
    ) as { 'cognito:roles'?: string[] };
    return Promise.resolve(roles[0] ?? '');
  };
});
