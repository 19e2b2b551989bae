/** IAM's refusals, with the codes and statuses of its wire. */
import { AwsError } from '../../aws.ts';

export const noSuchEntity = (message: string): AwsError =>
  new AwsError('NoSuchEntityException', message, { wireCode: 'NoSuchEntity', statusCode: 404 });

export const limitExceeded = (message: string): AwsError =>
  new AwsError('LimitExceededException', message, { wireCode: 'LimitExceeded', statusCode: 409 });

export const entityExists = (message: string): AwsError =>
  new AwsError('EntityAlreadyExistsException', message, {
    wireCode: 'EntityAlreadyExists',
    statusCode: 409,
  });

export const deleteConflict = (message: string): AwsError =>
  new AwsError('DeleteConflictException', message, {
    wireCode: 'DeleteConflict',
    statusCode: 409,
  });

export const malformedPolicy = (message: string): AwsError =>
  new AwsError('MalformedPolicyDocumentException', message, {
    wireCode: 'MalformedPolicyDocument',
  });
