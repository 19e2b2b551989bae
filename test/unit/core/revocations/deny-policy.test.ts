import { describe, expect, it } from '@jest/globals';
import {
  emptyDenyPolicy,
  policyLimitCharacters,
  renderDenyPolicy,
  type Denial,
} from '../../../../core/revocations/deny-policy.ts';

const now = 1_795_262_400;
const denialOf = (revocationId: string, changes: Partial<Denial> = {}): Denial => ({
  revocationId,
  target: { kind: 'subject', name: 'users:a' },
  issuedBeforeEpochSeconds: now - 100,
  neededUntilEpochSeconds: now + 3600,
  ...changes,
});
const subjectOf = (name: string) => ({ kind: 'subject' as const, name });
const textOf = (denials: readonly Denial[]) => renderDenyPolicy(denials, now).text;

describe('[SEC-31] the text of the policy that denies', () => {
  it('is a policy of IAM, and nothing else in it depends on when or how it was asked for', () => {
    expect(JSON.parse(textOf([denialOf('r1')]))).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { DateLessThan: { 'aws:TokenIssueTime': '1970-01-01T00:00:00Z' } },
        },
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: {
            StringEquals: { 'aws:PrincipalTag/stepkey-subject': ['users:a'] },
            DateLessThan: { 'aws:TokenIssueTime': '2026-11-21T11:58:20Z' },
          },
        },
      ],
    });
    const never = (JSON.parse(textOf([denialOf('r1')])) as { Statement: unknown[] }).Statement[0];
    expect(JSON.parse(emptyDenyPolicy())).toEqual({ Version: '2012-10-17', Statement: [never] });
  });

  it('is the same in whatever order denials of one second come, of one target or of several', () => {
    const denials = [
      denialOf('r3', { target: subjectOf('users:b') }),
      denialOf('r1', { target: subjectOf('users:c') }),
      denialOf('r2'),
      denialOf('r4', { target: { kind: 'client', name: 'app' } }),
      denialOf('r0', { target: { kind: 'grant', name: 'own-files' } }),
    ];
    const text = textOf(denials);
    expect(text).toContain('["users:a","users:b","users:c"]');
    expect(textOf([...denials].reverse())).toBe(text);
    expect(textOf([...denials.slice(2), ...denials.slice(0, 2)])).toBe(text);
  });

  it('has a denial until the second in which it is not needed any more', () => {
    const until = (neededUntilEpochSeconds: number) => denialOf('r1', { neededUntilEpochSeconds });
    expect(textOf([until(now)])).toBe(emptyDenyPolicy());
    expect(renderDenyPolicy([until(now)], now).forms.size).toBe(0);
    expect(textOf([until(now + 1)])).not.toBe(emptyDenyPolicy());
  });

  it('says once what a cut-off of everything says: a denial of the same second is no statement', () => {
    const everything = denialOf('r1', { target: { kind: 'everything', name: '-' } });
    const { text, forms } = renderDenyPolicy([everything, denialOf('r2')], now);
    expect(text).toBe(textOf([everything]));
    expect(forms.get('r2')).toBe('role-wide');
    const later = denialOf('r3', { issuedBeforeEpochSeconds: now - 99 });
    expect(renderDenyPolicy([everything, later], now).forms.get('r3')).toBe('statement');
  });

  it('may have as many characters as IAM takes, and not one more', () => {
    const others = Array.from({ length: 80 }, (_, index) =>
      denialOf(`r${String(index)}`, {
        target: subjectOf(`users:${String(index).padStart(60, '0')}`),
      }),
    );
    const room = policyLimitCharacters - textOf(others).length - ',""'.length;
    const withNameOf = (characters: number) =>
      renderDenyPolicy(
        [...others, denialOf('last', { target: subjectOf('x'.repeat(characters)) })],
        now,
      );
    expect(withNameOf(room).text).toHaveLength(policyLimitCharacters);
    expect(withNameOf(room).allDeniedBeforeEpochSeconds).toBe(0);
    expect(withNameOf(room + 1).allDeniedBeforeEpochSeconds).toBe(now - 100);
  });

  it('tells the form of what a later denial of the same target covers', () => {
    const { forms } = renderDenyPolicy(
      [
        denialOf('early', { issuedBeforeEpochSeconds: now - 300 }),
        denialOf('everything', {
          target: { kind: 'everything', name: '-' },
          issuedBeforeEpochSeconds: now - 200,
        }),
        denialOf('late', { issuedBeforeEpochSeconds: now - 100 }),
      ],
      now,
    );
    expect(Object.fromEntries(forms)).toEqual({
      early: 'statement',
      everything: 'role-wide',
      late: 'statement',
    });
  });
});
