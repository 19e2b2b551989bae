import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Twin } from '../../local/twin.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { callApi } from '../support/twin/api.ts';
import { signIn } from '../support/twin/people.ts';

describe('many at once, on the twin', () => {
  let twin: Twin;
  const calls: string[] = [];
  beforeAll(async () => {
    twin = await startDemoTwin({
      interceptor: ({ operation }) => {
        calls.push(operation);
      },
    });
  });
  afterAll(async () => {
    await twin.stop();
  });

  it('200 cold requests for one subject and grant assume the role exactly once [SEC-04]', async () => {
    const { idToken } = await signIn(twin, 'alice');
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        callApi(twin, 'POST', '/v1/credentials', { token: idToken }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(calls.filter((call) => call === 'AssumeRoleWithWebIdentity')).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body['sessionId'])).size).toBe(1);
    expect(new Set(answers.map(({ body }) => body['issuanceId'])).size).toBe(200);
    expect(answers.filter(({ body }) => body['source'] === 'minted')).toHaveLength(1);
  });
});
