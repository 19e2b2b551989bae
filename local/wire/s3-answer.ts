/** S3's answers: headers and bytes for objects, XML for listings and refusals. */
import type { AwsError } from '../aws.ts';
import type { WireAnswer, WireCall } from './wire-answer.ts';
import { element, withNamespace, xmlHead } from './xml.ts';

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

const headerMembers: Readonly<Record<string, string>> = {
  AcceptRanges: 'accept-ranges',
  BucketRegion: 'x-amz-bucket-region',
  CacheControl: 'cache-control',
  ChecksumCRC32: 'x-amz-checksum-crc32',
  ChecksumCRC32C: 'x-amz-checksum-crc32c',
  ChecksumCRC64NVME: 'x-amz-checksum-crc64nvme',
  ChecksumSHA1: 'x-amz-checksum-sha1',
  ChecksumSHA256: 'x-amz-checksum-sha256',
  ChecksumType: 'x-amz-checksum-type',
  ContentDisposition: 'content-disposition',
  ContentEncoding: 'content-encoding',
  ContentLanguage: 'content-language',
  ContentLength: 'content-length',
  ContentRange: 'content-range',
  ContentType: 'content-type',
  ETag: 'etag',
  Location: 'location',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
  ServerSideEncryption: 'x-amz-server-side-encryption',
  VersionId: 'x-amz-version-id',
};

/** Dates cross the house as epoch milliseconds. */
const dateOf = (value: unknown): Date | undefined => {
  if (value instanceof Date) return value;
  return typeof value === 'number' ? new Date(value) : undefined;
};

const headersOf = (result: Record<string, unknown>): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const [member, header] of Object.entries(headerMembers)) {
    const value = result[member];
    if (typeof value === 'string' || typeof value === 'number') headers[header] = String(value);
  }
  const lastModified = dateOf(result['LastModified']);
  if (lastModified !== undefined) headers['last-modified'] = lastModified.toUTCString();
  const metadata = result['Metadata'];
  if (typeof metadata === 'object' && metadata !== null)
    for (const [name, value] of Object.entries(metadata))
      if (typeof value === 'string') headers[`x-amz-meta-${name}`] = value;
  return headers;
};

const records = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? (value as Record<string, unknown>[]) : [];

const isoDate = (value: unknown): string | undefined => dateOf(value)?.toISOString();

/** Keys as they are, or percent-encoded where the client asked for that. */
const listing = (result: Record<string, unknown>, input: Record<string, unknown>): string => {
  const encode = (value: unknown): unknown =>
    input['EncodingType'] === 'url' && typeof value === 'string'
      ? encodeURIComponent(value).replaceAll('%2F', '/')
      : value;
  const { Contents: contents, CommonPrefixes: prefixes, ...rest } = result;
  return element(
    'ListBucketResult',
    {
      Name: input['Bucket'],
      MaxKeys: 1000,
      EncodingType: input['EncodingType'],
      ...rest,
      Prefix: encode(result['Prefix'] ?? input['Prefix'] ?? ''),
      Delimiter: encode(result['Delimiter'] ?? input['Delimiter']),
      StartAfter: encode(result['StartAfter'] ?? input['StartAfter']),
      ContinuationToken: result['ContinuationToken'] ?? input['ContinuationToken'],
      IsTruncated: result['IsTruncated'] ?? false,
      Contents: records(contents).map((item) => ({
        ...item,
        Key: encode(item['Key']),
        LastModified: isoDate(item['LastModified']),
      })),
      CommonPrefixes: records(prefixes).map((item) => ({ Prefix: encode(item['Prefix']) })),
    },
    null,
  );
};

const bucketList = (result: Record<string, unknown>): string =>
  element(
    'ListAllMyBucketsResult',
    {
      Owner: result['Owner'],
      Buckets: {
        Bucket: records(result['Buckets']).map((bucket) => ({
          ...bucket,
          CreationDate: isoDate(bucket['CreationDate']),
        })),
      },
    },
    null,
  );

const xmlAnswer = (status: number, xml: string): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: xmlHead + xml,
});

export const renderS3Result = (result: Record<string, unknown>, call: WireCall): WireAnswer => {
  if (call.operation === 'ListObjectsV2')
    return xmlAnswer(200, withNamespace(listing(result, call.input), namespace));
  if (call.operation === 'ListBuckets')
    return xmlAnswer(200, withNamespace(bucketList(result), namespace));
  const headers = headersOf(result);
  if (call.operation === 'HeadObject') return { status: 200, headers, body: '' };
  const body = result['Body'];
  const bytes = body instanceof Uint8Array ? Buffer.from(body) : Buffer.alloc(0);
  headers['content-length'] = String(bytes.length);
  if (call.operation === 'DeleteObject') return { status: 204, headers, body: '' };
  return { status: headers['content-range'] === undefined ? 200 : 206, headers, body: bytes };
};

/** A HEAD answers its status only; so does a condition that was not met. */
export const renderS3Error = (
  error: AwsError,
  context: { readonly method: string; readonly requestId: string },
): WireAnswer => {
  if (context.method === 'HEAD' || error.statusCode === 304)
    return { status: error.statusCode, headers: {}, body: '' };
  const members = Object.fromEntries(
    Object.entries(error.members).filter(([, value]) =>
      ['string', 'number', 'boolean'].includes(typeof value),
    ),
  );
  return xmlAnswer(
    error.statusCode,
    element(
      'Error',
      {
        Code: error.wireCode,
        Message: error.message,
        ...members,
        RequestId: context.requestId,
        HostId: context.requestId,
      },
      null,
    ),
  );
};
