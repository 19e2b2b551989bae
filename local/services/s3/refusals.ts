/** S3's errors, with its codes, statuses and sentences. */
import { AwsError } from '../../aws.ts';

export const noSuchBucket = (bucket: string): AwsError =>
  new AwsError('NoSuchBucket', 'The specified bucket does not exist', {
    statusCode: 404,
    members: { BucketName: bucket },
  });

export const noSuchKey = (key: string): AwsError =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', {
    statusCode: 404,
    members: { Key: key },
  });

/** What a HEAD answers, which has no body to say more in. */
export const notFound = (): AwsError => new AwsError('NotFound', 'Not Found', { statusCode: 404 });

export const accessDenied = (): AwsError =>
  new AwsError('AccessDenied', 'Access Denied', { statusCode: 403 });

export const invalidRange = (range: string, size: number): AwsError =>
  new AwsError('InvalidRange', 'The requested range is not satisfiable', {
    statusCode: 416,
    members: { RangeRequested: range, ActualObjectSize: String(size) },
  });

export const preconditionFailed = (): AwsError =>
  new AwsError(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    { statusCode: 412 },
  );

export const invalidArgument = (message: string): AwsError =>
  new AwsError('InvalidArgument', message);

/** @throws AwsError NotImplemented, as S3 answers a header that it knows and does not serve */
export const refuseMembers = (
  input: Readonly<Record<string, unknown>>,
  members: readonly string[],
): void => {
  const present = members.find((member) => input[member] !== undefined);
  if (present === undefined) return;
  throw new AwsError(
    'NotImplemented',
    `A header you provided implies functionality that is not implemented: ${present}`,
    { statusCode: 501 },
  );
};
