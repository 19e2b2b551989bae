/** Why a signature is not accepted, and how each protocol of AWS spells that. */
import { AwsError } from '../aws.ts';

export type WireProtocol = 'json' | 'query' | 'rest-json' | 'rest-xml';

type FailureKind =
  | 'incomplete'
  | 'old-mechanism'
  | 'unknown-key'
  | 'invalid-token'
  | 'expired-token'
  | 'mismatch'
  | 'skewed'
  | 'expired-url'
  | 'unsigned-headers'
  | 'body-mismatch';

export class AuthenticationFailure extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(message);
    this.name = 'AuthenticationFailure';
    this.kind = kind;
  }
}

interface Spelling {
  /** Code of the JSON protocols. */
  readonly json: string;
  readonly query: readonly [code: string, status: number];
  readonly s3: readonly [code: string, status: number];
}

const spellings: Readonly<Record<FailureKind, Spelling>> = {
  incomplete: {
    json: 'IncompleteSignatureException',
    query: ['IncompleteSignature', 400],
    s3: ['AuthorizationHeaderMalformed', 400],
  },
  'old-mechanism': {
    json: 'IncompleteSignatureException',
    query: ['IncompleteSignature', 400],
    s3: ['InvalidRequest', 400],
  },
  'unknown-key': {
    json: 'UnrecognizedClientException',
    query: ['InvalidClientTokenId', 403],
    s3: ['InvalidAccessKeyId', 403],
  },
  'invalid-token': {
    json: 'UnrecognizedClientException',
    query: ['InvalidClientTokenId', 403],
    s3: ['InvalidToken', 400],
  },
  'expired-token': {
    json: 'ExpiredTokenException',
    query: ['ExpiredToken', 403],
    s3: ['ExpiredToken', 400],
  },
  mismatch: {
    json: 'InvalidSignatureException',
    query: ['SignatureDoesNotMatch', 403],
    s3: ['SignatureDoesNotMatch', 403],
  },
  skewed: {
    json: 'InvalidSignatureException',
    query: ['SignatureDoesNotMatch', 403],
    s3: ['RequestTimeTooSkewed', 403],
  },
  'expired-url': {
    json: 'InvalidSignatureException',
    query: ['RequestExpired', 400],
    s3: ['AccessDenied', 403],
  },
  'unsigned-headers': {
    json: 'InvalidSignatureException',
    query: ['SignatureDoesNotMatch', 403],
    s3: ['AccessDenied', 403],
  },
  'body-mismatch': {
    json: 'InvalidSignatureException',
    query: ['SignatureDoesNotMatch', 403],
    s3: ['XAmzContentSHA256Mismatch', 400],
  },
};

export const asAwsError = (failure: AuthenticationFailure, protocol: WireProtocol): AwsError => {
  const spelling = spellings[failure.kind];
  if (protocol === 'json') return new AwsError(spelling.json, failure.message);
  if (protocol === 'rest-json')
    return new AwsError(spelling.json, failure.message, { statusCode: 403 });
  const [code, statusCode] = protocol === 'query' ? spelling.query : spelling.s3;
  return new AwsError(code, failure.message, { statusCode });
};
