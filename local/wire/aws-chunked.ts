/** S3's `aws-chunked` bodies: chunks that may each be signed, and trailers that may be signed too. */
import { AwsError } from '../aws.ts';
import { AuthenticationFailure } from './authentication-failure.ts';
import { hmac, sameSignature, scopeText, sha256Hex } from './signature.ts';
import type { Scope } from './signature.ts';

export interface ChunkSigning {
  readonly key: Buffer;
  readonly scope: Scope;
  readonly timestamp: string;
  /** The request's own signature, from which the chain starts. */
  readonly seedSignature: string;
}

export interface DecodedBody {
  readonly body: Buffer;
  readonly trailers: ReadonlyMap<string, string>;
}

const malformed = (): AwsError =>
  new AwsError('IncompleteBody', 'The request body is not a well-formed aws-chunked body.');

const wrongChunk = (): AuthenticationFailure =>
  new AuthenticationFailure('mismatch', 'A chunk signature does not match.');

const lineBreak = '\r\n';

/** Reads lines and runs of bytes, and refuses to read past the end. */
const readerOf = (source: Buffer) => {
  let at = 0;
  return {
    line: (): string => {
      const end = source.indexOf(lineBreak, at);
      if (end === -1) throw malformed();
      const line = source.toString('latin1', at, end);
      at = end + lineBreak.length;
      return line;
    },
    bytes: (length: number): Buffer => {
      if (at + length > source.length) throw malformed();
      at += length;
      return source.subarray(at - length, at);
    },
    atEnd: (): boolean => at >= source.length,
  };
};

const chainSigner = (signing: ChunkSigning) => {
  let previous = signing.seedSignature;
  return (kind: string, parts: readonly string[], presented: string | undefined): void => {
    const text = [kind, signing.timestamp, scopeText(signing.scope), previous, ...parts].join('\n');
    const expected = hmac(signing.key, text).toString('hex');
    if (presented === undefined || !sameSignature(expected, presented)) throw wrongChunk();
    previous = expected;
  };
};

const chunkHead = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/u;
const emptyHash = sha256Hex('');

/**
 * @param signing null for STREAMING-UNSIGNED-PAYLOAD-TRAILER
 * @param signedTrailer whether the trailers end with a signature of their own
 * @throws AuthenticationFailure when a signature of the chain does not match
 * @throws AwsError IncompleteBody
 */
export const decodeChunked = (
  source: Buffer,
  signing: ChunkSigning | null,
  signedTrailer: boolean,
): DecodedBody => {
  const reader = readerOf(source);
  const verify = signing === null ? null : chainSigner(signing);
  const chunks: Buffer[] = [];
  for (;;) {
    const head = chunkHead.exec(reader.line());
    if (head === null) throw malformed();
    const data = reader.bytes(Number.parseInt(head[1] ?? '', 16));
    verify?.('AWS4-HMAC-SHA256-PAYLOAD', [emptyHash, sha256Hex(data)], head[2]);
    if (data.length === 0) break;
    chunks.push(data);
    if (reader.line() !== '') throw malformed();
  }
  const trailers = new Map<string, string>();
  while (!reader.atEnd()) {
    const line = reader.line();
    if (line === '') continue;
    const at = line.indexOf(':');
    if (at < 1) throw malformed();
    trailers.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim());
  }
  if (signedTrailer && verify !== null) {
    const presented = trailers.get('x-amz-trailer-signature');
    trailers.delete('x-amz-trailer-signature');
    const canonical = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('');
    verify('AWS4-HMAC-SHA256-TRAILER', [sha256Hex(canonical)], presented);
  }
  return { body: Buffer.concat(chunks), trailers };
};
