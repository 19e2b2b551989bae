import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Twin } from '../../local/twin.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { callApi } from '../support/twin/api.ts';
import { signIn } from '../support/twin/people.ts';
import { stepsOf } from '../support/twin/steps.ts';

/** Run once, when an execution is about to enter the named state. */
interface Interference {
  readonly state: string;
  readonly act: () => Promise<unknown>;
}
let interference: Interference | null = null as Interference | null;

describe('what happens while an execution is under way, on the twin', () => {
  let twin: Twin;
  let token: string;
  let subject: string;

  const dynamodb = (operation: string, input: Record<string, unknown>) =>
    twin.call('dynamodb', operation, { TableName: twin.endpoints.table, ...input });
  const rowsOf = async (pk: string) => {
    const { Items } = (await dynamodb('Query', {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
      ConsistentRead: true,
    })) as { Items: Record<string, Record<string, string>>[] };
    return Items;
  };
  const entryOf = async () =>
    (await rowsOf(`SUBJECT#${subject}`)).find(({ sk }) => sk?.['S']?.startsWith('ENTRY#'));
  const raiseEpoch = (pk: string, sk: string) =>
    dynamodb('UpdateItem', {
      Key: { pk: { S: pk }, sk: { S: sk } },
      UpdateExpression: 'ADD epoch :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    });
  const forgetEntry = async () => {
    const entry = await entryOf();
    if (entry) await dynamodb('DeleteItem', { Key: { pk: entry['pk'], sk: entry['sk'] } });
  };

  beforeAll(async () => {
    twin = await startDemoTwin({
      pause: async (state, when) => {
        if (interference?.state !== state || when !== 'enter') return;
        const { act } = interference;
        interference = null;
        await act();
      },
    });
    ({ idToken: token } = await signIn(twin, 'alice'));
    const identity = await callApi(twin, 'GET', '/v1/identity', { token });
    subject = String(identity.body['subject']);
  });
  afterAll(async () => {
    await twin.stop();
  });
  beforeEach(forgetEntry);

  const ask = () => callApi(twin, 'POST', '/v1/credentials', { token });

  it.each([
    ['the subject', () => raiseEpoch(`SUBJECT#${subject}`, 'SUBJECT')],
    ['the client', () => raiseEpoch('CLIENT#cli', 'REVOCATION')],
    ['the grant', () => raiseEpoch('GRANT#own-files', 'REVOCATION')],
    ['everything', () => raiseEpoch('EVERYTHING', 'REVOCATION')],
  ])(
    'revoking %s while its session is minted withdraws it and hands out nothing [SEC-08]',
    async (_, revoke) => {
      interference = { state: 'ConfirmNotRevoked', act: revoke };
      const answer = await ask();
      expect(answer.status).toBe(403);
      expect(answer.body['type']).toMatch(/revoked$/);
      expect(answer.text).not.toContain('sessionToken');
      expect((await stepsOf(twin)).slice(-6)).toEqual([
        'WithdrawEntry',
        'WithdrawSession',
        'IsDenial',
        'ExplainDenial',
        'RecordDenial',
        'Denied',
      ]);
      expect(await entryOf()).toBeUndefined();
    },
  );

  it('an entry from before a revocation is not served after it [SEC-04]', async () => {
    const before = await ask();
    await raiseEpoch('GRANT#own-files', 'REVOCATION');
    const after = await ask();
    expect(after.body).toMatchObject({ source: 'minted' });
    expect(after.body['sessionId']).not.toBe(before.body['sessionId']);
  });

  it('a lease that was lost leaves the entry to its new holder, and the session is good all the same', async () => {
    interference = {
      state: 'CacheCredentials',
      act: async () => {
        const entry = await entryOf();
        await dynamodb('UpdateItem', {
          Key: { pk: entry?.['pk'], sk: entry?.['sk'] },
          UpdateExpression: 'SET leaseOwner = :other',
          ExpressionAttributeValues: { ':other': { S: 'another-execution' } },
        });
      },
    };
    const answer = await ask();
    expect(answer.body).toMatchObject({ source: 'minted' });
    const entry = await entryOf();
    expect(entry?.['leaseOwner']).toEqual({ S: 'another-execution' });
    expect(entry?.['sealedSession']).toBeUndefined();
  });

  it('an entry that was put under another key is a miss, not served and not an error [SEC-04]', async () => {
    const first = await ask();
    const entry = await entryOf();
    const sealed = entry?.['sealedSession']?.['S'] ?? '';
    const turned = Buffer.from(sealed, 'base64');
    turned[turned.length - 40] = (turned[turned.length - 40] ?? 0) ^ 1;
    await dynamodb('UpdateItem', {
      Key: { pk: entry?.['pk'], sk: entry?.['sk'] },
      UpdateExpression: 'SET sealedSession = :turned',
      ExpressionAttributeValues: { ':turned': { S: turned.toString('base64') } },
    });
    const second = await ask();
    expect(second.status).toBe(200);
    expect(second.body).toMatchObject({ source: 'minted' });
    expect(second.body['sessionId']).not.toBe(first.body['sessionId']);
  });
});
