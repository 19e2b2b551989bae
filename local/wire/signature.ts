/**
 * AWS Signature Version 4: what is signed, and with which key.
 * @see docs.aws.amazon.com, "Create a signed AWS API request"
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import { keptAnswers } from '../kept-answers.ts';
import type { ReceivedRequest } from './received-request.ts';

export const algorithm = 'AWS4-HMAC-SHA256';

export const sha256Hex = (data: string | Buffer): string =>
  createHash('sha256').update(data).digest('hex');

export const hmac = (key: string | Buffer, data: string): Buffer =>
  createHmac('sha256', key).update(data).digest();

export interface Scope {
  /** `YYYYMMDD` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export const scopeText = (scope: Scope): string =>
  `${scope.date}/${scope.region}/${scope.service}/aws4_request`;

/** Four digests that are the same all day, for the last so many callers and services. */
const keptKeys = keptAnswers<Buffer>(1_000);

export const signingKey = (secretAccessKey: string, scope: Scope): Buffer => {
  const { date, region, service } = scope;
  // As JSON, so that no two lists give one text.
  const name = JSON.stringify([secretAccessKey, date, region, service]);
  const deriveKey = (): Buffer =>
    [region, service, 'aws4_request'].reduce<Buffer>(hmac, hmac(`AWS4${secretAccessKey}`, date));
  return keptKeys.get(name) ?? keptKeys.keep(name, deriveKey());
};

/** RFC 3986: letters, digits and `-._~` stay. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const normalizedSegments = (path: string): readonly string[] => {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return kept;
};

/** S3 signs the path encoded once, so that `:` and `%3A` are the same; the others encode what is on the wire again. */
const canonicalPath = (path: string, service: string): string => {
  if (service === 's3')
    return path
      .split('/')
      .map((segment) => encoded(decodeURIComponent(segment)))
      .join('/');
  const tail = path.length > 1 && path.endsWith('/') ? '/' : '';
  return `/${normalizedSegments(path).map(encoded).join('/')}${tail}`;
};

const byCodeUnits = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0;

const canonicalQuery = (query: ReceivedRequest['query']): string =>
  query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort((left, right) => byCodeUnits(left[0], right[0]) || byCodeUnits(left[1], right[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

export const canonicalRequest = (
  request: ReceivedRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
  service: string,
): string =>
  [
    request.method,
    canonicalPath(request.path, service),
    canonicalQuery(request.query),
    ...signedHeaders.map(
      (name) => `${name}:${(request.headers.get(name) ?? '').trim().replace(/\s+/gu, ' ')}`,
    ),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');

export const signatureOf = (
  canonical: string,
  timestamp: string,
  scope: Scope,
  key: Buffer,
): string =>
  hmac(key, [algorithm, timestamp, scopeText(scope), sha256Hex(canonical)].join('\n')).toString(
    'hex',
  );

/** In constant time over signatures of the right length. */
export const sameSignature = (expected: string, presented: string): boolean => {
  const [left, right] = [Buffer.from(expected), Buffer.from(presented)];
  return left.length === right.length && timingSafeEqual(left, right);
};
