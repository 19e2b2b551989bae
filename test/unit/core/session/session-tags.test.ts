import { describe, expect, it } from '@jest/globals';

import type { ClaimValue } from '../../../../core/contracts/caller.ts';
import { sessionTagsOf } from '../../../../core/session/session-tags.ts';
import { callerOf } from '../../../support/callers.ts';
import { grantOf, templateValues } from '../../../support/grants.ts';
import { refusalOf } from '../../../support/refusal.ts';

const tagsOf = (tags: Record<string, string>, changes: Parameters<typeof callerOf>[0] = {}) =>
  sessionTagsOf(grantOf({ tags }), callerOf(changes), templateValues);
const teamOf = (team: ClaimValue) =>
  tagsOf({ team: '{{claim:team}}' }, { claims: { team } })['team'];

describe('the tags of a session', () => {
  it('always say who, by which client and under which grant', () => {
    expect(tagsOf({})).toEqual({
      'stepkey-subject': callerOf().subject,
      'stepkey-client': 'app',
      'stepkey-grant': 'shared',
    });
  });

  it('say who acts, where it is not the subject', () => {
    expect(tagsOf({}, { actor: 'batch' })).toEqual({ ...tagsOf({}), 'stepkey-actor': 'batch' });
  });

  it('are never the caller’s where they are the broker’s', () => {
    const grant = { ...grantOf(), tags: { 'stepkey-subject': 'users:somebody-else' } };
    expect(sessionTagsOf(grant, callerOf(), templateValues)['stepkey-subject']).toBe(
      callerOf().subject,
    );
  });

  it.each([
    ['a constant', 'blue', 'blue'],
    ['the deployment’s', '{{region}}', 'us-east-1'],
    ['the client', 'of {{client}}', 'of app'],
    ['the sub', '{{sub}}', callerOf().sub],
  ])('take what the grant adds: %s', (_, text, expected) => {
    expect(tagsOf({ team: text })['team']).toBe(expected);
  });

  it.each<[ClaimValue, string]>([
    ['red', 'red'],
    ['a b_c.d:e/f=g+h-i@j', 'a b_c.d:e/f=g+h-i@j'],
    [7, '7'],
    [false, 'false'],
    [['a'], ':a:'],
    [['a', 'b'], ':a:b:'],
    ['a'.repeat(256), 'a'.repeat(256)],
    ['admin:', 'admin:'],
  ])('take a claim of %j as %j', (value, expected) => {
    expect(teamOf(value)).toBe(expected);
  });

  it.each<[string, ClaimValue]>([
    ['empty', ''],
    ['too long', 'a'.repeat(257)],
    ['with a comma', 'a,b'],
    ['with a star', '*'],
    ['with a dollar', '${a}'],
    ['with a newline', 'a\n'],
    ['beyond ASCII', 'é'],
    ['a placeholder', '{{sub}}'],
    ['a list that could be read as a longer one', ['a:b']],
    ['a list with nothing in it', ['']],
    ['a list of which one could be read as two', ['red', 'a:b']],
    ['a list of which one is nothing', ['red', '']],
    ['a text that could be read as a list', ':admin:'],
    ['a list with a comma', ['a,b']],
    ['a list that is too long', ['a'.repeat(255)]],
  ])('refuse a claim that is %s', (_, value) => {
    expect(refusalOf(() => teamOf(value)).name).toBe('Session.ValueRefused');
  });

  it.each(['{{claim:team}}', '{{claim:constructor}}', '{{identityId}}', '{{tenant}}'])(
    'refuse a value that is not there: %s',
    (text) => {
      const grant = { ...grantOf(), tags: { team: text } };
      expect(refusalOf(() => sessionTagsOf(grant, callerOf(), templateValues)).name).toBe(
        'Session.ValueRefused',
      );
    },
  );

  it.each<[string, Parameters<typeof callerOf>[0]]>([
    ['subject', { subject: 'users:a#b' }],
    ['subject', { subject: `users:${'a'.repeat(251)}` }],
    ['client', { client: '' }],
  ])('refuse a %s that STS refuses', (_, changes) => {
    expect(refusalOf(() => tagsOf({}, changes)).name).toBe('Session.ValueRefused');
  });
});
