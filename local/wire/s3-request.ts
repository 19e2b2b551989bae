/** What an S3 request asks for: path style, REST-XML, inputs in the SDK's shape. */
import { queryValue } from './received-request.ts';
import type { ReceivedRequest } from './received-request.ts';
import { bucketOperation, objectOperation } from './s3-operations.ts';
import type { WireCall } from './wire-answer.ts';

const textHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'CacheControl',
  'content-disposition': 'ContentDisposition',
  'content-language': 'ContentLanguage',
  'content-type': 'ContentType',
  'if-match': 'IfMatch',
  'if-modified-since': 'IfModifiedSince',
  'if-none-match': 'IfNoneMatch',
  'if-unmodified-since': 'IfUnmodifiedSince',
  range: 'Range',
  'x-amz-acl': 'ACL',
  'x-amz-checksum-crc32': 'ChecksumCRC32',
  'x-amz-checksum-crc32c': 'ChecksumCRC32C',
  'x-amz-checksum-crc64nvme': 'ChecksumCRC64NVME',
  'x-amz-checksum-mode': 'ChecksumMode',
  'x-amz-checksum-sha1': 'ChecksumSHA1',
  'x-amz-checksum-sha256': 'ChecksumSHA256',
  'x-amz-expected-bucket-owner': 'ExpectedBucketOwner',
  'x-amz-server-side-encryption': 'ServerSideEncryption',
  'x-amz-server-side-encryption-aws-kms-key-id': 'SSEKMSKeyId',
  'x-amz-storage-class': 'StorageClass',
  'x-amz-tagging': 'Tagging',
};

const textParameters: Readonly<Record<string, string>> = {
  'continuation-token': 'ContinuationToken',
  delimiter: 'Delimiter',
  'encoding-type': 'EncodingType',
  prefix: 'Prefix',
  'start-after': 'StartAfter',
  versionId: 'VersionId',
};

const metadataPrefix = 'x-amz-meta-';

/** `aws-chunked` is about the way here, and no property of the object. */
const contentEncoding = (header: string | undefined): string | undefined => {
  const encodings = (header ?? '')
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding !== 'aws-chunked');
  return encodings.length === 0 ? undefined : encodings.join(',');
};

const optionalMembers = (request: ReceivedRequest): Record<string, unknown> => {
  const members: Record<string, unknown> = {};
  for (const [header, member] of Object.entries(textHeaders)) {
    const value = request.headers.get(header);
    if (value !== undefined) members[member] = value;
  }
  for (const [parameter, member] of Object.entries(textParameters)) {
    const value = queryValue(request, parameter);
    if (value !== undefined) members[member] = value;
  }
  const encoding = contentEncoding(request.headers.get('content-encoding'));
  if (encoding !== undefined) members['ContentEncoding'] = encoding;
  const maxKeys = queryValue(request, 'max-keys');
  if (maxKeys !== undefined) members['MaxKeys'] = Number(maxKeys);
  const fetchOwner = queryValue(request, 'fetch-owner');
  if (fetchOwner !== undefined) members['FetchOwner'] = fetchOwner === 'true';
  return members;
};

const metadataOf = (request: ReceivedRequest): Record<string, string> =>
  Object.fromEntries(
    [...request.headers]
      .filter(([name]) => name.startsWith(metadataPrefix))
      .map(([name, value]) => [name.slice(metadataPrefix.length), value]),
  );

export const parseS3Call = (request: ReceivedRequest): WireCall => {
  const path = request.path.slice(1);
  const at = path.indexOf('/');
  const bucket = decodeURIComponent(at === -1 ? path : path.slice(0, at));
  const key = at === -1 ? '' : decodeURIComponent(path.slice(at + 1));
  const input = optionalMembers(request);
  if (bucket === '') {
    const operation = request.method === 'GET' ? 'ListBuckets' : `${request.method} /`;
    return { service: 's3', operation, input };
  }
  input['Bucket'] = bucket;
  if (key === '') return { service: 's3', operation: bucketOperation(request), input };
  const operation = objectOperation(request);
  input['Key'] = key;
  if (operation === 'PutObject') {
    input['Body'] = request.body;
    input['ContentLength'] = request.body.length;
    input['Metadata'] = metadataOf(request);
  }
  return { service: 's3', operation, input };
};
