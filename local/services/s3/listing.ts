/** ListObjectsV2: keys in UTF-8 order, rolled up at a delimiter, in pages. */
import { invalidArgument } from './refusals.ts';

export interface ListingRequest {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly startAfter: string;
  /** As a page before gave it. */
  readonly continuationToken: string | null;
}

export interface ListingPage {
  readonly keys: readonly string[];
  readonly commonPrefixes: readonly string[];
  readonly nextContinuationToken: string | null;
}

const tokenOf = (entry: string): string => Buffer.from(`v1:${entry}`).toString('base64url');

const entryOf = (token: string): string => {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('v1:')) {
    throw invalidArgument('The continuation token provided is incorrect');
  }
  return text.slice('v1:'.length);
};

const compareUtf8 = (left: string, right: string): number =>
  Buffer.compare(Buffer.from(left), Buffer.from(right));

/** @throws AwsError InvalidArgument when the continuation token is not one of ours */
export const listKeys = (allKeys: Iterable<string>, request: ListingRequest): ListingPage => {
  const { prefix, delimiter, maxKeys, startAfter, continuationToken } = request;
  /** The last key or common prefix of the page before; a prefix stands for all that it rolled up. */
  const after = continuationToken === null ? null : entryOf(continuationToken);
  const rolledUp = (key: string): string | null => {
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return at === -1 ? null : key.slice(0, at + delimiter.length);
  };
  const isAfter = (key: string): boolean => {
    if (after === null) return compareUtf8(key, startAfter) > 0;
    return compareUtf8(key, after) > 0 && rolledUp(key) !== after;
  };
  const candidates = [...allKeys]
    .filter((key) => key.startsWith(prefix) && isAfter(key))
    .sort(compareUtf8);
  const entries = [...new Set(candidates.map((key) => rolledUp(key) ?? key))];
  const page = entries.slice(0, maxKeys);
  const last = page.at(-1);
  const isPrefix = (entry: string): boolean => rolledUp(entry) === entry;
  return {
    keys: page.filter((entry) => !isPrefix(entry)),
    commonPrefixes: page.filter(isPrefix),
    nextContinuationToken:
      last === undefined || entries.length <= page.length ? null : tokenOf(last),
  };
};
