/** The SigV4 part of a request, from the Authorization header or from a presigned URL. */
import { AuthenticationFailure } from './authentication-failure.ts';
import type { ReceivedRequest } from './received-request.ts';
import { queryValue } from './received-request.ts';
import { algorithm } from './signature.ts';
import type { Scope } from './signature.ts';

export interface PresentedSignature {
  readonly form: 'header' | 'url';
  readonly accessKeyId: string;
  readonly scope: Scope;
  /** `YYYYMMDDTHHMMSSZ` */
  readonly timestamp: string;
  readonly signedAtEpochMillis: number;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly sessionToken: string | null;
  /** Of a presigned URL only. */
  readonly validSeconds: number | null;
}

const incomplete = (message: string): AuthenticationFailure =>
  new AuthenticationFailure('incomplete', message);

const timestampForm = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/u;

const timestampOf = (request: ReceivedRequest, form: 'header' | 'url'): string | undefined => {
  if (form === 'url') return queryValue(request, 'X-Amz-Date');
  const own = request.headers.get('x-amz-date');
  if (own !== undefined) return own;
  const epochMillis = Date.parse(request.headers.get('date') ?? '');
  if (Number.isNaN(epochMillis)) return request.headers.get('date');
  return `${new Date(epochMillis).toISOString().slice(0, 19).replaceAll(/[-:]/gu, '')}Z`;
};

const parse = (
  request: ReceivedRequest,
  form: 'header' | 'url',
  part: (name: 'Credential' | 'SignedHeaders' | 'Signature') => string | undefined,
): Omit<PresentedSignature, 'sessionToken' | 'validSeconds'> => {
  const [credential, headers, signature] = [
    part('Credential'),
    part('SignedHeaders'),
    part('Signature'),
  ];
  if (credential === undefined || headers === undefined || signature === undefined)
    throw incomplete('Credential, SignedHeaders and Signature are required.');
  const fields = credential.split('/');
  const [terminator, service, region, date] = fields.slice(-4).reverse();
  const accessKeyId = fields.slice(0, -4).join('/');
  if (
    terminator !== 'aws4_request' ||
    service === undefined ||
    region === undefined ||
    date === undefined ||
    accessKeyId === ''
  )
    throw incomplete('The credential scope is malformed.');
  const timestamp = timestampOf(request, form) ?? '';
  const clock = timestampForm.exec(timestamp);
  if (clock === null) throw incomplete('A date in ISO 8601 basic form is required.');
  const [year = '', month = '', day = '', hour = '', minute = '', second = ''] = clock.slice(1);
  if (date !== `${year}${month}${day}`)
    throw new AuthenticationFailure(
      'mismatch',
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.',
    );
  return {
    form,
    accessKeyId,
    scope: { date, region, service },
    timestamp,
    signedAtEpochMillis: Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`),
    signedHeaders: headers.split(';'),
    signature,
  };
};

const longestUrlSeconds = 604_800;

const presentedInUrl = (request: ReceivedRequest): PresentedSignature => {
  const expires = queryValue(request, 'X-Amz-Expires') ?? '';
  const validSeconds = /^\d{1,6}$/u.test(expires) ? Number(expires) : 0;
  if (validSeconds < 1 || validSeconds > longestUrlSeconds)
    throw incomplete('X-Amz-Expires must be a number of seconds up to one week.');
  return {
    ...parse(request, 'url', (name) => queryValue(request, `X-Amz-${name}`)),
    sessionToken: queryValue(request, 'X-Amz-Security-Token') ?? null,
    validSeconds,
  };
};

/** Signature Version 2, which the CLI still puts into presigned URLs unless it is told otherwise. */
const isOldMechanism = (request: ReceivedRequest): boolean =>
  request.headers.get('authorization')?.startsWith('AWS ') === true ||
  (queryValue(request, 'AWSAccessKeyId') !== undefined &&
    queryValue(request, 'Signature') !== undefined);

/**
 * Null for a request without a signature.
 * @throws AuthenticationFailure when there is one and it cannot be read
 */
export const presentedSignature = (request: ReceivedRequest): PresentedSignature | null => {
  if (isOldMechanism(request))
    throw new AuthenticationFailure(
      'old-mechanism',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  const header = request.headers.get('authorization');
  if (header === undefined)
    return queryValue(request, 'X-Amz-Algorithm') === algorithm ? presentedInUrl(request) : null;
  if (!header.startsWith(`${algorithm} `)) throw incomplete(`Authorization must use ${algorithm}.`);
  const parts = new Map(
    header
      .slice(algorithm.length)
      .split(',')
      .map((part) => part.trim())
      .map((part) => [part.split('=', 1)[0] ?? '', part.slice(part.indexOf('=') + 1)]),
  );
  return {
    ...parse(request, 'header', (name) => parts.get(name)),
    sessionToken: request.headers.get('x-amz-security-token') ?? null,
    validSeconds: null,
  };
};
