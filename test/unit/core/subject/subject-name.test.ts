import { describe, expect, it } from '@jest/globals';

import { readSubjectName } from '../../../../core/subject/subject-name.ts';

const sub = '11111111-2222-4333-8444-555555555555';
const read = (spelled: string) =>
  readSubjectName(spelled, { alias: 'users' }, ['users', 'partners']);

describe('[SEC-21] the name of a subject', () => {
  it.each([
    ['a sub', sub, { sub }],
    ['a sub behind the pool’s alias', `users:${sub}`, { sub }],
    ['a username', 'rita', { username: 'rita' }],
    ['the username of a federated user', 'Google_1234', { username: 'Google_1234' }],
    ['a username with an address in it', 'rita@example.com', { username: 'rita@example.com' }],
    ['a username with a colon', 'urn:example:rita', { username: 'urn:example:rita' }],
    ['a username beyond ASCII', 'Zoë', { username: 'Zoë' }],
    ['the longest username', 'a'.repeat(128), { username: 'a'.repeat(128) }],
    ['a username that a search filter would stumble over', `"or"sub="`, { username: `"or"sub="` }],
    ['the name of a property of every object', '__proto__', { username: '__proto__' }],
  ])('may be %s', (_, spelled, expected) => {
    expect(read(spelled)).toEqual(expected);
  });

  it.each([
    ['an alias with something else than a sub', 'users:x'],
    ['an alias with nothing', 'users:'],
    ['another pool’s alias', `partners:${sub}`],
    ['another pool’s alias with a username', 'partners:rita'],
    ['an alias of no pool', `nobody:${sub}`],
    ['an empty alias', `:${sub}`],
    ['an alias twice', `users:users:${sub}`],
    ['nothing', ''],
    ['a blank', 'ri ta'],
    ['a quote and blanks', `x" or sub = "${sub}`],
    ['a control character', 'rita\u0000'],
    ['a newline', `${sub}\n`],
    ['a character of no width', 'rita\u200b'],
    ['a lone surrogate', 'rita\ud800'],
    ['more than a username has', 'a'.repeat(129)],
  ])('is not %s', (_, spelled) => {
    expect(read(spelled)).toBeNull();
  });

  it('is a username where it only resembles a sub', () => {
    expect(read(sub.toUpperCase().replace('1', 'A'))).toHaveProperty('username');
    expect(read(`${sub}0`)).toEqual({ username: `${sub}0` });
  });
});
