/** Pages of a list, with a token that says how far the one before went. */
import { AwsError } from '../../aws.ts';

/** @throws AwsError InvalidToken */
const offsetOf = (token: string | undefined, list: string): number => {
  if (token === undefined) return 0;
  const [named, offset] = Buffer.from(token, 'base64url').toString().split('|');
  if (named === list && /^\d+$/.test(offset ?? '')) return Number(offset);
  throw new AwsError('InvalidToken', 'Invalid Token: The token does not belong to this list.');
};

/**
 * @param list what the token is good for: it is refused for another
 * @throws AwsError InvalidToken
 */
export const pageOf = <T>(
  items: readonly T[],
  list: string,
  {
    maxResults = 0,
    nextToken,
  }: { maxResults?: number | undefined; nextToken?: string | undefined },
): { readonly page: readonly T[]; readonly nextToken?: string } => {
  const start = offsetOf(nextToken, list);
  const end = start + (maxResults === 0 ? 100 : maxResults);
  const page = items.slice(start, end);
  if (end >= items.length) return { page };
  return { page, nextToken: Buffer.from(`${list}|${String(end)}`).toString('base64url') };
};
