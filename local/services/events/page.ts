/** Lists come in pages, sorted by name. */
import { AwsError } from '../../aws.ts';

export const pageOf = <T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  input: { readonly NextToken?: string | undefined; readonly Limit?: number | undefined },
): { readonly items: readonly T[]; readonly next: { readonly NextToken?: string } } => {
  let after = '';
  if (input.NextToken !== undefined) {
    after = Buffer.from(input.NextToken, 'base64url').toString('utf8');
    if (Buffer.from(after).toString('base64url') !== input.NextToken)
      throw new AwsError('ValidationException', 'Parameter NextToken is not valid.');
  }
  const rest = items
    .filter((item) => nameOf(item) > after)
    .sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  const page = rest.slice(0, input.Limit ?? 100);
  const last = page.at(-1);
  return {
    items: page,
    next:
      last === undefined || page.length === rest.length
        ? {}
        : { NextToken: Buffer.from(nameOf(last)).toString('base64url') },
  };
};
