/**
 * What an S3 request asks for, by AWS's names of operations: path style, a method, and perhaps a subresource in the
 * query. A subresource that is not known here is an operation too: taken for a plain request, it could overwrite or
 * delete what it was not about.
 */
import { queryValue } from './received-request.ts';
import type { ReceivedRequest } from './received-request.ts';

type Nouns = Readonly<Record<string, string>>;

/** `Get…`, `Put…`, `Delete…`, `Create…` of each. */
const bucketNouns: Nouns = {
  abac: 'BucketAbac',
  accelerate: 'BucketAccelerateConfiguration',
  acl: 'BucketAcl',
  analytics: 'BucketAnalyticsConfiguration',
  cors: 'BucketCors',
  encryption: 'BucketEncryption',
  'intelligent-tiering': 'BucketIntelligentTieringConfiguration',
  inventory: 'BucketInventoryConfiguration',
  lifecycle: 'BucketLifecycleConfiguration',
  location: 'BucketLocation',
  logging: 'BucketLogging',
  metadataConfiguration: 'BucketMetadataConfiguration',
  metadataTable: 'BucketMetadataTableConfiguration',
  metrics: 'BucketMetricsConfiguration',
  notification: 'BucketNotificationConfiguration',
  'object-lock': 'ObjectLockConfiguration',
  ownershipControls: 'BucketOwnershipControls',
  policy: 'BucketPolicy',
  policyStatus: 'BucketPolicyStatus',
  publicAccessBlock: 'PublicAccessBlock',
  replication: 'BucketReplication',
  requestPayment: 'BucketRequestPayment',
  tagging: 'BucketTagging',
  versioning: 'BucketVersioning',
  website: 'BucketWebsite',
};

/** Without an `id`, reading one of these lists them all. */
const listed = new Set(['analytics', 'intelligent-tiering', 'inventory', 'metrics']);

const objectNouns: Nouns = {
  acl: 'ObjectAcl',
  annotation: 'ObjectAnnotation',
  attributes: 'ObjectAttributes',
  'legal-hold': 'ObjectLegalHold',
  retention: 'ObjectRetention',
  tagging: 'ObjectTagging',
  torrent: 'ObjectTorrent',
};

/** Those whose names follow no rule: method and subresource. */
const bucketExceptions: Nouns = {
  'DELETE lifecycle': 'DeleteBucketLifecycle',
  'GET session': 'CreateSession',
  'GET uploads': 'ListMultipartUploads',
  'GET versions': 'ListObjectVersions',
  'POST delete': 'DeleteObjects',
  'PUT metadataAnnotationTable': 'UpdateBucketMetadataAnnotationTableConfiguration',
  'PUT metadataInventoryTable': 'UpdateBucketMetadataInventoryTableConfiguration',
  'PUT metadataJournalTable': 'UpdateBucketMetadataJournalTableConfiguration',
};
const objectExceptions: Nouns = {
  'DELETE uploadId': 'AbortMultipartUpload',
  'GET uploadId': 'ListParts',
  'POST restore': 'RestoreObject',
  'POST select': 'SelectObjectContent',
  'POST uploadId': 'CompleteMultipartUpload',
  'POST uploads': 'CreateMultipartUpload',
  'PUT encryption': 'UpdateObjectEncryption',
  'PUT renameObject': 'RenameObject',
  'PUT uploadId': 'UploadPart',
};

const verbs: Nouns = {
  DELETE: 'Delete',
  GET: 'Get',
  HEAD: 'Head',
  POST: 'Create',
  PUT: 'Put',
};

/** Say more about a plain request, and may be empty. */
const modifiers = new Set([
  ...['continuation-token', 'delimiter', 'encoding-type', 'fetch-owner', 'list-type', 'marker'],
  ...['max-keys', 'partNumber', 'prefix', 'start-after', 'versionId', 'x-id'],
]);

/** AWS spells a subresource without a value; only that of an upload has one. */
const subresourceOf = ({ query }: ReceivedRequest): string | undefined =>
  query.find(
    ([name, value]) =>
      name === 'uploadId' ||
      Object.hasOwn(bucketNouns, name) ||
      Object.hasOwn(objectNouns, name) ||
      (value === '' && !modifiers.has(name) && !/^(?:response-|x-amz-)/iu.test(name)),
  )?.[0];

const named = (
  { method }: ReceivedRequest,
  subresource: string,
  nouns: Nouns,
  exceptions: Nouns,
): string => {
  const exception = exceptions[`${method} ${subresource}`];
  if (exception !== undefined) return exception;
  const [verb, noun] = [verbs[method], nouns[subresource]];
  if (verb !== undefined && noun !== undefined) return `${verb}${noun}`;
  return /^[\w-]{1,64}$/u.test(subresource) ? `${method} ?${subresource}` : `${method} ?`;
};

export const bucketOperation = (request: ReceivedRequest): string => {
  const subresource = subresourceOf(request);
  if (subresource !== undefined) {
    const name = named(request, subresource, bucketNouns, bucketExceptions);
    const isList =
      request.method === 'GET' &&
      listed.has(subresource) &&
      queryValue(request, 'id') === undefined;
    return isList ? `${name.replace('Get', 'List')}s` : name;
  }
  switch (request.method) {
    case 'GET':
      return queryValue(request, 'list-type') === '2' ? 'ListObjectsV2' : 'ListObjects';
    case 'PUT':
      return 'CreateBucket';
    case 'POST':
      return 'PostObject';
    default:
      return `${verbs[request.method] ?? request.method}Bucket`;
  }
};

export const objectOperation = (request: ReceivedRequest): string => {
  const isCopy = request.headers.has('x-amz-copy-source');
  const subresource = subresourceOf(request);
  if (subresource !== undefined) {
    const name = named(request, subresource, objectNouns, objectExceptions);
    if (name === 'GetObjectAnnotation' && queryValue(request, 'annotationName') === undefined)
      return 'ListObjectAnnotations';
    return name === 'UploadPart' && isCopy ? 'UploadPartCopy' : name;
  }
  if (request.method === 'PUT' && isCopy) return 'CopyObject';
  return request.method === 'POST'
    ? 'PostObject'
    : `${verbs[request.method] ?? request.method}Object`;
};
