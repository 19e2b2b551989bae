import { describe, expect, it } from '@jest/globals';

import { nodeDigest } from '../../../../adapters/digest.ts';
import { sessionNameOf } from '../../../../core/session/session-name.ts';

const nameOf = (sub: string) => sessionNameOf(sub, nodeDigest);

describe('a session name', () => {
  it.each(['11111111-2222-4333-8444-555555555555', 'ab', 'a'.repeat(64), 'first.last@example=y_z'])(
    'is the sub where STS takes it: %s',
    (sub) => {
      expect(nameOf(sub)).toBe(sub);
    },
  );

  it.each([
    ['too short', 'a'],
    ['too long', 'a'.repeat(65)],
    ['with a plus sign', 'a+b'],
    ['with a colon', 'us-east-1:guid'],
    ['with a slash', 'a/b'],
    ['with a comma, which begins no readable name', 'sub,b'],
    ['with a blank', 'a b'],
    ['with a newline after it', 'ab\n'],
    ['beyond ASCII', 'aé'],
    ['empty', ''],
  ])('is a hash of a sub that is %s', (_, sub) => {
    expect(nameOf(sub)).toMatch(/^sub,[0-9a-f]{40}$/);
    expect(nameOf(sub)).toBe(`sub,${nodeDigest.sha256Hex(sub).slice(0, 40)}`);
  });

  it('is never one that another sub’s hash already gives', () => {
    const hashed = nameOf('a/b');
    expect(nameOf(hashed)).not.toBe(hashed);
  });
});
