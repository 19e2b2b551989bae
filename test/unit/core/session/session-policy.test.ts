import { describe, expect, it } from '@jest/globals';

import type { ClaimValue } from '../../../../core/contracts/caller.ts';
import {
  completeSessionPolicy,
  renderSessionPolicyTemplate,
  sessionPolicyParts,
} from '../../../../core/session/session-policy.ts';
import { callerOf } from '../../../support/callers.ts';
import { grantOf, identityId, templateValues } from '../../../support/grants.ts';
import { refusalOf } from '../../../support/refusal.ts';

const render = (Resource: string, changes: Parameters<typeof callerOf>[0] = {}) => {
  const grant = grantOf({ sessionPolicy: [{ Effect: 'Allow', Action: 's3:GetObject', Resource }] });
  return renderSessionPolicyTemplate(grant.sessionPolicy ?? [], callerOf(changes), templateValues);
};
const resourceOf = (policy: string) =>
  (JSON.parse(policy) as { Statement: [{ Resource: string }] }).Statement[0].Resource;
const withTeam = (team: ClaimValue) =>
  render('arn:aws:s3:::b/{{claim:team}}/*', { claims: { team } });

describe('[SEC-07] the template of a session policy', () => {
  it.each([
    ['the deployment’s', 'arn:{{partition}}:s3:::{{bucket}}/*', 'arn:aws:s3:::stepkey-files/*'],
    ['the client', 'arn:aws:s3:::b/{{client}}/*', 'arn:aws:s3:::b/app/*'],
    [
      'the sub',
      'arn:aws:s3:::b/{{sub}}/*',
      'arn:aws:s3:::b/11111111-2222-4333-8444-555555555555/*',
    ],
    [
      'the subject',
      'arn:aws:s3:::b/{{subject}}/*',
      'arn:aws:s3:::b/users:11111111-2222-4333-8444-555555555555/*',
    ],
    ['IAM’s own variables', 'arn:aws:s3:::b/${aws:userid}/*', 'arn:aws:s3:::b/${aws:userid}/*'],
    ['the identity, later', 'arn:aws:s3:::b/{{identityId}}/*', 'arn:aws:s3:::b/{{identityId}}/*'],
  ])('takes values: %s', (_, text, expected) => {
    expect(resourceOf(render(text))).toBe(expected);
  });

  it.each<[ClaimValue, string]>([
    ['red', 'red'],
    ['a_b.c:d=e+f@g-h', 'a_b.c:d=e+f@g-h'],
    ['a'.repeat(256), 'a'.repeat(256)],
    [42, '42'],
    [true, 'true'],
  ])('takes a claim of %j', (value, expected) => {
    expect(resourceOf(withTeam(value))).toBe(`arn:aws:s3:::b/${expected}/*`);
  });

  it.each<[string, ClaimValue]>([
    ['empty', ''],
    ['too long', 'a'.repeat(257)],
    ['a list', ['red']],
    ['a star', '*'],
    ['with a star', 'a*'],
    ['with a question mark', 'a?'],
    ['with a dollar', 'a$'],
    ['a variable', '${aws:username}'],
    ['with a slash', 'a/b'],
    ['with a backslash', 'a\\b'],
    ['with a quote', 'a"b'],
    ['the end of a statement', '"}]}'],
    ['a placeholder', '{{identityId}}'],
    ['with a brace', 'a{b'],
    ['with a comma', 'a,b'],
    ['with a blank', 'a b'],
    ['with a newline', 'a\n'],
    ['with a null byte', 'a\u0000'],
    ['with a per cent sign', 'a%2f'],
    ['beyond ASCII', 'é'],
    ['a full-width star', '\uff0a'],
    ['half a character', '\ud800'],
  ])('refuses a claim that is %s', (_, value) => {
    expect(refusalOf(() => withTeam(value)).name).toBe('Session.ValueRefused');
  });

  it('refuses a claim that is absent', () => {
    expect(refusalOf(() => render('arn:aws:s3:::b/{{claim:team}}/*')).name).toBe(
      'Session.ValueRefused',
    );
  });

  it.each(['constructor', 'toString', 'hasOwnProperty'])(
    'takes no property of every object for a claim: %s',
    (name) => {
      expect(refusalOf(() => render(`arn:aws:s3:::b/{{claim:${name}}}/*`)).name).toBe(
        'Session.ValueRefused',
      );
    },
  );

  it.each([
    ['sub', { sub: 'a/b' }],
    ['sub', { sub: 'a*' }],
    ['sub', { sub: 'a'.repeat(129) }],
    ['subject', { subject: 'users:a*' }],
    ['subject', { subject: `users:${'a'.repeat(155)}` }],
    ['client', { client: 'App' }],
    ['client', { client: '1app' }],
    ['client', { client: 'a/b' }],
  ])('refuses a %s as of %j', (name, changes) => {
    expect(refusalOf(() => render(`arn:aws:s3:::b/{{${name}}}/*`, changes)).name).toBe(
      'Session.ValueRefused',
    );
  });

  it('says nothing of the value in its refusal', () => {
    const refusal = refusalOf(() => withTeam('secret*'));
    expect(refusal.message + JSON.stringify(Object.entries(refusal))).not.toContain('secret');
  });
});

describe('[SEC-07] the session policy', () => {
  const template = render('arn:aws:s3:::b/private/{{identityId}}/*');

  it('is the template with the identity in it', () => {
    expect(resourceOf(completeSessionPolicy(template, identityId))).toBe(
      `arn:aws:s3:::b/private/${identityId}/*`,
    );
  });

  it.each([
    ['empty', ''],
    ['none', '-'],
    ['without a Region', ':aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'],
    ['without an id', 'us-east-1:'],
    ['in capitals', identityId.toUpperCase()],
    ['with a star', `${identityId}*`],
    ['a star', '*'],
    ['with a slash', `${identityId}/..`],
    ['with a variable', 'us-east-1:${aws:userid}'],
    ['with a second colon', `${identityId}:a`],
    ['with a newline', `${identityId}\n`],
    ['with a quote', `${identityId}"`],
  ])('refuses an identity that is %s', (_, value) => {
    expect(refusalOf(() => completeSessionPolicy(template, value)).name).toBe(
      'Session.ValueRefused',
    );
  });

  it('refuses a placeholder that nothing filled', () => {
    const open = JSON.stringify({ Statement: [{ Resource: 'arn:aws:s3:::b/{{tenant}}/*' }] });
    expect(refusalOf(() => completeSessionPolicy(open, identityId)).name).toBe(
      'Session.ValueRefused',
    );
  });

  it.each(['\u0100', '\u2028', '日', '😀'])('refuses a character that STS refuses: %j', (text) => {
    const strange = JSON.stringify({ Statement: [{ Resource: text }] });
    expect(refusalOf(() => completeSessionPolicy(strange, identityId)).name).toBe(
      'Session.ValueRefused',
    );
  });

  it('takes the last character that STS takes', () => {
    expect(resourceOf(completeSessionPolicy('{"Statement":[{"Resource":"ÿ"}]}', identityId))).toBe(
      'ÿ',
    );
  });

  it('may have 2,048 characters and no more', () => {
    const policyOf = (characters: number) => {
      const empty = JSON.stringify({ Statement: '' }).length;
      return JSON.stringify({ Statement: 'a'.repeat(characters - empty) });
    };
    expect(completeSessionPolicy(policyOf(2048), identityId)).toHaveLength(2048);
    expect(refusalOf(() => completeSessionPolicy(policyOf(2049), identityId)).name).toBe(
      'Session.PolicyTooLarge',
    );
  });

  it('is measured with the identity in it', () => {
    const text = 'a'.repeat(2030);
    const open = JSON.stringify({ Statement: `${text}{{identityId}}` });
    expect(open.length).toBeGreaterThan(2048);
    expect(refusalOf(() => completeSessionPolicy(open, identityId)).name).toBe(
      'Session.PolicyTooLarge',
    );
  });
});

describe('what the characters of a session policy are spent on', () => {
  const own = 'arn:aws:s3:::b/{{identityId}}/*';
  const template = render(own);

  it('is each statement and what stands around them, to the last character', () => {
    const policy = completeSessionPolicy(template, identityId);
    const parts = sessionPolicyParts(template, identityId);
    expect(parts.map(({ part }) => part)).toEqual(['statements.0', 'frame']);
    const statement = JSON.stringify({
      ...{ Effect: 'Allow', Action: 's3:GetObject' },
      Resource: own.replace('{{identityId}}', identityId),
    });
    expect(parts.map(({ characters }) => characters)).toEqual([
      statement.length,
      policy.length - statement.length,
    ]);
  });

  it('is of the placeholder while the identity is not known', () => {
    const sum = sessionPolicyParts(template, null).reduce(
      (all, { characters }) => all + characters,
      0,
    );
    expect(sum).toBe(template.length);
  });
});
