/** The filter of ListUsers: one attribute, `=` or `^=`, a quoted value. */
import { AwsError } from '../../aws.ts';
import type { StoredUser } from './model.ts';

const pattern = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/;

const attributeNames = [
  'email',
  'phone_number',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
];

const valueOf = (user: StoredUser, name: string): string | undefined => {
  switch (name) {
    case 'sub':
      return user.sub;
    case 'username':
      return user.username;
    case 'cognito:user_status':
      return user.status.toLowerCase();
    case 'status':
      return user.enabled ? 'Enabled' : 'Disabled';
    default:
      return user.attributes[name];
  }
};

const searchable = new Set([...attributeNames, 'sub', 'username', 'cognito:user_status', 'status']);

/**
 * Custom attributes cannot be searched. An empty filter takes every user.
 * @throws AwsError InvalidParameterException
 */
export const parseUserFilter = (filter: string): ((user: StoredUser) => boolean) => {
  if (filter.trim() === '') return () => true;
  const [, name = '', operator, quoted = ''] = pattern.exec(filter) ?? [];
  if (!searchable.has(name)) {
    throw new AwsError('InvalidParameterException', 'Error while parsing filter.');
  }
  const text = quoted.replace(/\\(.)/g, '$1');
  const wanted = name === 'cognito:user_status' ? text.toLowerCase() : text;
  return (user) => {
    const value = valueOf(user, name);
    if (value === undefined) return false;
    return operator === '=' ? value === wanted : value.startsWith(wanted);
  };
};
