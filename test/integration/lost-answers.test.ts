import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../local/aws.ts';
import type { Twin } from '../../local/twin.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { callApi } from '../support/twin/api.ts';
import { signIn } from '../support/twin/people.ts';
import { stepsOf } from '../support/twin/steps.ts';

/** The write whose answer is lost once: the operation, and a word of what it says. */
let lost: { readonly operation: string; readonly word: string } | null = null;

describe('a write whose answer is lost', () => {
  let twin: Twin;
  beforeAll(async () => {
    twin = await startDemoTwin({
      afterCall: ({ operation, input, principal }) => {
        const isMachine = principal.arn.includes('IssueCredentials');
        const matches = operation === lost?.operation && JSON.stringify(input).includes(lost.word);
        if (!isMachine || !matches) return;
        lost = null;
        throw new AwsError('InternalServerError', 'The answer was lost.', { statusCode: 500 });
      },
    });
  });
  afterAll(async () => {
    await twin.stop();
  });

  it.each([
    ['TakeLease', 'UpdateItem', 'leaseOwner = :self, leaseUntilEpochMillis'],
    ['RecordIntent', 'PutItem', 'MINTING'],
    ['RecordSession', 'UpdateItem', 'packedPolicySizePercent'],
    ['RecordIssuance', 'PutItem', 'ISSUANCE#'],
    ['CacheCredentials', 'UpdateItem', 'REMOVE leaseOwner, leaseUntilEpochMillis'],
  ])(
    'of %s is repeated, and the mint goes on as if it had come',
    async (state, operation, word) => {
      const { Items } = (await twin.call('dynamodb', 'Scan', {
        TableName: twin.endpoints.table,
      })) as { Items: Record<string, { S: string }>[] };
      for (const { pk, sk } of Items.filter((row) => row['sk']?.S.startsWith('ENTRY#'))) {
        await twin.call('dynamodb', 'DeleteItem', {
          TableName: twin.endpoints.table,
          Key: { pk, sk },
        });
      }
      const { idToken } = await signIn(twin, 'alice');
      lost = { operation, word };
      const answer = await callApi(twin, 'POST', '/v1/credentials', { token: idToken });
      expect(lost).toBeNull();
      expect(answer.body).toMatchObject({ source: 'minted' });
      const steps = await stepsOf(twin);
      expect(steps).toContain(state);
      expect(steps.at(-1)).toBe('Issued');
      const session = (await twin.call('dynamodb', 'GetItem', {
        TableName: twin.endpoints.table,
        Key: { pk: { S: `SESSION#${String(answer.body['sessionId'])}` }, sk: { S: 'SESSION' } },
      })) as { Item: Record<string, unknown> };
      expect(session.Item['status']).toEqual({ S: 'ACTIVE' });
    },
  );
});
