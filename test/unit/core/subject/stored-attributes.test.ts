import { describe, expect, it } from '@jest/globals';
import {
  claimsOfAttributes,
  isStoredAttribute,
} from '../../../../core/subject/stored-attributes.ts';

/** @see https://openid.net/specs/openid-connect-core-1_0.html, standard claims; Cognito keeps these */
const standard = [
  ...['address', 'birthdate', 'email', 'email_verified', 'family_name', 'gender', 'given_name'],
  ...['locale', 'middle_name', 'name', 'nickname', 'phone_number', 'phone_number_verified'],
  ...['picture', 'preferred_username', 'profile', 'website', 'zoneinfo'],
];

describe('a claim that the pool stores', () => {
  it.each([...standard, 'custom:team', `custom:${'x'.repeat(20)}`])('is %s', (name) => {
    expect(isStoredAttribute(name)).toBe(true);
    expect(claimsOfAttributes({ [name]: 'a value' }, new Set([name]))).toHaveProperty([name]);
  });

  it.each([
    ...[
      '',
      'sub',
      'cognito:groups',
      'cognito:roles',
      'cognito:preferred_role',
      'updated_at',
      'iss',
    ],
    ...['custom:', 'custom:a b', 'custom:a:b', `custom:${'x'.repeat(21)}`, 'xcustom:team'],
    ...['Email', 'constructor', '__proto__'],
  ])('is not %j: only a token of the person says that', (name) => {
    expect(isStoredAttribute(name)).toBe(false);
    expect(claimsOfAttributes({ [name]: 'a value' }, new Set([name]))).toEqual({});
  });
});

describe('the claims of attributes', () => {
  it('are those that are asked for and there', () => {
    const attributes = { email: 'a@example.com', name: 'Alice', 'custom:team': '' };
    expect(
      claimsOfAttributes(attributes, new Set(['email', 'custom:team', 'nickname'])),
    ).toStrictEqual({
      email: 'a@example.com',
      'custom:team': '',
    });
  });

  it.each(['email_verified', 'phone_number_verified'])('are a truth value for %s', (name) => {
    const claimOf = (value: string) => claimsOfAttributes({ [name]: value }, new Set([name]))[name];
    expect(['true', 'false', 'True', ''].map(claimOf)).toEqual([true, false, false, false]);
    expect(claimsOfAttributes({ nickname: 'true' }, new Set(['nickname']))).toEqual({
      nickname: 'true',
    });
  });
});
