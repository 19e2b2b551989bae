import type { Grant } from '../../../core/grants/grant.ts';

/** A grant's role in the space of a table's cell. */
export const roleWords = ({ role }: Grant): string => {
  if (role.fromToken) return `from the token: ${Object.keys(role.fromToken).join(', ')}`;
  return role.arn ?? 'its own';
};
