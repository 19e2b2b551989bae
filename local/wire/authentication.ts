/** Verifies a request's signature and body; what comes out may be believed. */
import type { Clock } from '../../core/ports.ts';
import { AwsError } from '../aws.ts';
import type { Principal } from '../aws.ts';
import { AuthenticationFailure } from './authentication-failure.ts';
import { decodeChunked } from './aws-chunked.ts';
import { verifyChecksums } from './body-checksum.ts';
import { presentedSignature } from './credentials-in-request.ts';
import type { PresentedSignature } from './credentials-in-request.ts';
import { anonymousPrincipal } from './principals.ts';
import type { Principals, SigningIdentity } from './principals.ts';
import { queryValue } from './received-request.ts';
import type { ReceivedRequest } from './received-request.ts';
import {
  canonicalRequest,
  sameSignature,
  sha256Hex,
  signatureOf,
  signingKey,
} from './signature.ts';

export interface AuthenticatedRequest {
  readonly principal: Principal;
  /** With the body decoded, and a trailer's checksum among the headers. */
  readonly request: ReceivedRequest;
}

const clockSkewMillis = 15 * 60 * 1000;

const refuseWrongTime = (presented: PresentedSignature, nowEpochMillis: number): void => {
  const ageMillis = nowEpochMillis - presented.signedAtEpochMillis;
  if (presented.validSeconds === null) {
    if (Math.abs(ageMillis) > clockSkewMillis)
      throw new AuthenticationFailure(
        'skewed',
        ageMillis > 0
          ? 'Signature expired: the date of the request is too far in the past.'
          : 'Signature not yet current: the date of the request is too far in the future.',
      );
    return;
  }
  if (ageMillis > presented.validSeconds * 1000 || ageMillis < -clockSkewMillis)
    throw new AuthenticationFailure('expired-url', 'Request has expired');
};

/** Every header that changes what is asked must be under the signature. */
const refuseUnsignedHeaders = (request: ReceivedRequest, presented: PresentedSignature): void => {
  const signed = new Set(presented.signedHeaders);
  const unsigned = [...request.headers.keys()].filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !signed.has(name),
  );
  if (unsigned.length > 0)
    throw new AuthenticationFailure(
      'unsigned-headers',
      'There were headers present in the request which were not signed',
    );
};

const identityOf = async (
  presented: PresentedSignature,
  principals: Principals,
): Promise<SigningIdentity> => {
  try {
    return await principals.resolve(presented.accessKeyId, presented.sessionToken);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code === 'ExpiredToken')
      throw new AuthenticationFailure('expired-token', error.message);
    throw new AuthenticationFailure(
      presented.sessionToken === null ? 'unknown-key' : 'invalid-token',
      error.message,
    );
  }
};

const streaming = /^STREAMING-(AWS4-HMAC-SHA256|UNSIGNED)-PAYLOAD(-TRAILER)?$/u;

/** The hash that the canonical request carries; only S3 lets a client leave its body unsigned. */
const payloadHashOf = (request: ReceivedRequest, presented: PresentedSignature): string => {
  const actual = sha256Hex(request.body);
  const declared =
    request.headers.get('x-amz-content-sha256') ?? queryValue(request, 'X-Amz-Content-Sha256');
  if (presented.scope.service !== 's3') return actual;
  if (declared === undefined) return presented.form === 'url' ? 'UNSIGNED-PAYLOAD' : actual;
  if (declared === 'UNSIGNED-PAYLOAD' || streaming.test(declared)) return declared;
  if (declared !== actual)
    throw new AuthenticationFailure(
      'body-mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  return declared;
};

const withDecodedBody = (
  request: ReceivedRequest,
  payloadHash: string,
  signing: Parameters<typeof decodeChunked>[1],
): ReceivedRequest => {
  const mode = streaming.exec(payloadHash);
  if (mode === null) return request;
  const isSigned = mode[1] !== 'UNSIGNED';
  const decoded = decodeChunked(request.body, isSigned ? signing : null, mode[2] !== undefined);
  const length = request.headers.get('x-amz-decoded-content-length');
  if (length !== undefined && Number(length) !== decoded.body.length)
    throw new AwsError('IncompleteBody', 'The body is not as long as it was declared to be.');
  // A trailer may add a checksum and nothing else: it must not replace a header that was signed.
  const checksums = [...decoded.trailers].filter(([name]) => name.startsWith('x-amz-checksum-'));
  return {
    ...request,
    body: decoded.body,
    headers: new Map([...request.headers, ...checksums]),
  };
};

/**
 * An unsigned request comes out as anonymous: whether that is enough is the operation's to say.
 * @throws AuthenticationFailure when a signature is present and not good
 * @throws AwsError BadDigest, IncompleteBody
 */
export const authenticate = async (
  request: ReceivedRequest,
  expected: { readonly service: string; readonly region: string },
  deps: { readonly principals: Principals; readonly clock: Clock },
): Promise<AuthenticatedRequest> => {
  const declared = request.headers.get('x-amz-content-sha256') ?? '';
  const presented = presentedSignature(request);
  if (presented === null) {
    const isUnsignedStream = expected.service === 's3' && declared.includes('UNSIGNED-PAYLOAD-');
    const decoded = isUnsignedStream ? withDecodedBody(request, declared, null) : request;
    if (expected.service === 's3') verifyChecksums(decoded.body, decoded.headers);
    return { principal: anonymousPrincipal, request: decoded };
  }
  if (presented.scope.service !== expected.service || presented.scope.region !== expected.region)
    throw new AuthenticationFailure(
      'mismatch',
      `Credential should be scoped to service '${expected.service}' in region '${expected.region}'.`,
    );
  refuseWrongTime(presented, deps.clock.nowEpochMillis());
  refuseUnsignedHeaders(request, presented);
  const { secretAccessKey, principal } = await identityOf(presented, deps.principals);
  const payloadHash = payloadHashOf(request, presented);
  const key = signingKey(secretAccessKey, presented.scope);
  const canonical = canonicalRequest(
    request,
    presented.signedHeaders,
    payloadHash,
    presented.scope.service,
  );
  const { timestamp, scope, signature } = presented;
  if (!sameSignature(signatureOf(canonical, timestamp, scope, key), signature))
    throw new AuthenticationFailure(
      'mismatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    );
  const decoded = withDecodedBody(request, payloadHash, {
    key,
    scope,
    timestamp,
    seedSignature: signature,
  });
  if (expected.service === 's3') verifyChecksums(decoded.body, decoded.headers);
  return { principal, request: decoded };
};
