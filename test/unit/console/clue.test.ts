import { describe, expect, it } from '@jest/globals';
import { clueOf } from '../../../console/src/clue.ts';

const identityId = 'us-east-1:1f0c2a3e-aaaa-4bbb-8ccc-1234567890ab';
const sessionId = '01931a2b-0000-7000-8000-000000000000';

describe('a clue', () => {
  it.each([
    ['ASIAABCDEFGH12345678', 'accessKeyId', 'ASIAABCDEFGH12345678'],
    [`  ${identityId} `, 'identityId', identityId],
    [`private/${identityId}/reports/2026.csv`, 'identityId', identityId],
    [`s3://files/private/${identityId.replace(':', '%3A')}/x`, 'identityId', identityId],
    [sessionId, 'session', sessionId],
    [
      `arn:aws:states:us-east-1:123456789012:express:stepkey-issue-credentials:${sessionId}:1f0c2a3e-aaaa-4bbb-8ccc-1234567890ab`,
      'session',
      sessionId,
    ],
    [
      'users:1f0c2a3e-aaaa-4bbb-8ccc-1234567890ab',
      'subject',
      'users:1f0c2a3e-aaaa-4bbb-8ccc-1234567890ab',
    ],
    ['own-files', 'grant', 'own-files'],
    ['100%', 'grant', '100%'],
  ])('%s is read as %s', (text, field, value) => {
    expect(clueOf(text)).toEqual({ field, value });
  });

  it('that is empty is none', () => {
    expect(clueOf('  ')).toBeNull();
  });
});
