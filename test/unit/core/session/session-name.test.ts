import { describe, expect, it } from '@jest/globals';

import { nodeDigest } from '../../../../adapters/digest.ts';
import { sessionNameOf } from '../../../../core/session/session-name.ts';

const nameOf = (sub: string, actor: string | null = null) =>
  sessionNameOf({ sub, actor }, nodeDigest);

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

  it('ends with a short hash of the actor that asks on the subject’s behalf', () => {
    const sub = '11111111-2222-4333-8444-555555555555';
    expect(nameOf(sub, 'batch')).toBe(`${sub}+${nodeDigest.sha256Hex('batch').slice(0, 8)}`);
  });

  it('hashes a sub that leaves no room for the actor', () => {
    expect(nameOf('a'.repeat(55), 'batch')).toMatch(/^a{55}\+[0-9a-f]{8}$/);
    expect(nameOf('a'.repeat(56), 'batch')).toMatch(/^sub,[0-9a-f]{40}\+[0-9a-f]{8}$/);
  });

  it('is never one that another sub’s hash already gives', () => {
    const hashed = nameOf('a/b');
    expect(nameOf(hashed)).not.toBe(hashed);
  });
});
