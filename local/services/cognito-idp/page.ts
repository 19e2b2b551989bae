/** Pages of a listing; the token says after which name to go on. */
import { AwsError } from '../../aws.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | null;
}

/** Sorts by name, so that a page does not depend on what was added since. */
export const pageOf = <T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  limit: number,
  token: string | undefined,
): Page<T> => {
  const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString('utf8');
  if (token !== undefined && Buffer.from(after).toString('base64url') !== token) {
    throw new AwsError('InvalidParameterException', 'Invalid pagination token.');
  }
  const rest = items
    .map((item) => ({ name: nameOf(item), item }))
    .filter(({ name }) => name > after)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const last = rest.length > limit ? rest[limit - 1] : undefined;
  return {
    items: rest.slice(0, limit).map(({ item }) => item),
    nextToken: last === undefined ? null : Buffer.from(last.name).toString('base64url'),
  };
};
